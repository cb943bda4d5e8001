import assert from 'node:assert/strict';
import { authorizationRequest, formOf, type Answer } from '../support/user-agent.ts';
import { json, line, page, refuse, toClient, works, type Refusal, type Section } from './refusal.ts';
import { markup } from './assert-refusal.ts';
import { basic, claimsOf, person, unsigned, type World } from './world.ts';

/** A request with these parameters, of the client `app`. */
const asked =
  (more: Record<string, string | undefined>, clientId = 'app'): Refusal['ask'] =>
  (world) =>
    world.authorize(more, clientId);

const twice =
  (name: string, value = 'x'): Refusal['ask'] =>
  (world) =>
    world.authorizeWith(`${name}=${value}`);

/** Pushes a request and answers its `request_uri` (RFC 9126). */
const push = async (world: World, clientId: string): Promise<string> => {
  const request = new URL((await world.authorize({}, clientId)).url);
  const answer = await world.post('/request', request.search.slice(1), basic(world.client(clientId)));
  assert.equal(answer.status, 201, answer.text);
  return String(answer.json()['request_uri']);
};

/** As anybody can who knows the client's name. */
const pushAsPublic = async (world: World, more: Record<string, string> = {}): Promise<Answer> =>
  world.post('/request', authorizationRequest('public', more).url.replace('/auth?', ''));

const pushed = (clientId: string, requestUri: string): string =>
  `/auth?${new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString()}`;

const clients: Section = {
  where: '`/auth`',
  rows: [
    refuse('a client that is not registered', 400, page('unknownClient', 'invalid_client'), asked({}, 'nobody')),
    refuse('a client that is disabled', 400, page('unknownClient', 'invalid_client'), asked({}, 'disabled')),
    refuse(
      'a client that is disabled, silently',
      400,
      page('unknownClient', 'invalid_client'),
      asked({ prompt: 'none' }, 'disabled'),
    ),
    refuse('no client', 400, page('badRequest', 'invalid_request'), asked({ client_id: undefined })),
    refuse('no redirect URI', 400, page('badRequest', 'invalid_request'), asked({ redirect_uri: undefined })),
  ],
};

const pkce: Section = {
  where: '`/auth`, PKCE (RFC 7636)',
  rows: [
    refuse(
      'no PKCE',
      303,
      toClient('invalid_request', 'Authorization Server policy requires PKCE to be used for this request'),
      asked({ code_challenge: undefined, code_challenge_method: undefined }),
    ),
    refuse('no PKCE by somebody who is signed in, silently', 303, toClient('invalid_request'), async (world) => {
      const url = (await world.authorize({ prompt: 'none' })).url;
      url.searchParams.delete('code_challenge');
      url.searchParams.delete('code_challenge_method');
      return (await world.signedIn()).ask(url);
    }),
    refuse(
      'the method `plain`',
      303,
      toClient('invalid_request', 'not supported value of code_challenge_method'),
      asked({ code_challenge_method: 'plain' }),
    ),
    refuse(
      'no method, which means `plain`',
      303,
      toClient('invalid_request', 'code_challenge_method must be provided'),
      asked({ code_challenge_method: undefined }),
    ),
    refuse('a method that does not exist', 303, toClient('invalid_request'), asked({ code_challenge_method: 'S512' })),
    refuse('a challenge that is too short', 303, toClient('invalid_request'), asked({ code_challenge: 'abc' })),
    refuse('a method without a challenge', 303, toClient('invalid_request'), asked({ code_challenge: undefined })),
    refuse(
      '`plain` by a client that may go without PKCE',
      303,
      toClient('invalid_request'),
      asked({ code_challenge_method: 'plain' }, 'without-pkce'),
    ),
  ],
};

const responseTypes = ['token', 'id_token', 'id_token token', 'code id_token', 'code token', 'none', 'CODE', 'code x'];
const responseModes = ['web_message', 'query.jwt', 'jwt', 'okay'];

const kinds: Section = {
  where: '`/auth`, response type and mode',
  rows: [
    ...responseTypes.map((type) =>
      refuse(
        `the response type \`${type}\``,
        303,
        toClient('unsupported_response_type'),
        asked({ response_type: type }),
      ),
    ),
    refuse('no response type', 303, toClient('invalid_request'), asked({ response_type: undefined })),
    ...responseModes.map((mode) =>
      refuse(
        `the response mode \`${mode}\``,
        303,
        toClient('unsupported_response_mode'),
        asked({ response_mode: mode }),
      ),
    ),
    refuse(
      'the response mode `form_post` by somebody who is signed in',
      200,
      works('page “One moment” with a form for the application, which a script of this origin sends'),
      async (world) => {
        const { url } = await world.authorize({ response_mode: 'form_post', prompt: 'none' });
        const answer = await (await world.signedIn()).ask(url);
        const { action, fields } = formOf(answer);
        assert.equal(action, 'https://app.example.org/callback');
        assert.deepEqual(Object.keys(fields).toSorted(), ['code', 'iss', 'state']);
        const [script, ...others] = answer.text.match(/<script[^>]*>[^<]*<\/script>/g) ?? [];
        assert.match(script ?? '', /^<script src="\/assets\/[^"]*" defer><\/script>$/);
        assert.deepEqual(others, []);
        assert.match(String(answer.headers['content-security-policy']), /script-src 'self';/);
        return answer;
      },
    ),
  ],
};

const hints: Section = {
  where: '`/auth`',
  rows: [
    refuse('`prompt=none`, nobody signed in', 303, toClient('login_required'), asked({ prompt: 'none' })),
    refuse(
      '`prompt=none` for a client that must ask and never did',
      303,
      toClient('consent_required'),
      async (world) => {
        const { url } = await world.authorize({ prompt: 'none' }, 'untrusted');
        return (await world.signedIn()).ask(url);
      },
    ),
    refuse('`prompt=none login`', 303, toClient('invalid_request'), asked({ prompt: 'none login' })),
    refuse('a `prompt` that does not exist', 303, toClient('invalid_request'), asked({ prompt: 'okay' })),
    refuse('a `max_age` that is no number', 303, toClient('invalid_request'), asked({ max_age: '-1' })),
    refuse('an `id_token_hint` that is none', 303, toClient('invalid_request'), asked({ id_token_hint: 'junk' })),
    refuse('an `id_token_hint` with `alg` none', 303, toClient('invalid_request'), async (world) => {
      const claims = { iss: world.issuer, aud: 'app', sub: 'x', iat: 1, exp: 4e9 };
      return world.authorize({ prompt: 'none', id_token_hint: unsigned(claims) });
    }),
    refuse('the ID token of another person as `id_token_hint`', 303, toClient('login_required'), async (world) => {
      const browser = await world.signedIn();
      const tokens = await world.exchange(world.client('app'), await world.code('app', browser));
      const hint = String(tokens.json()['id_token']);
      assert.notEqual(claimsOf(hint)['sub'], person);
      const { url } = await world.authorize({ prompt: 'none', id_token_hint: hint });
      return (await world.signedIn('axolotl')).ask(url);
    }),
    refuse('an unregistered scope', 303, toClient('invalid_scope'), asked({ scope: 'openid groups' }, 'other')),
    refuse('a request object', 303, toClient('request_not_supported'), async (world) =>
      world.authorize({ request: unsigned({ client_id: 'app', redirect_uri: 'https://evil.example' }) }),
    ),
    refuse(
      'the address of a request object',
      303,
      toClient('request_uri_not_supported'),
      asked({ request_uri: 'https://evil.example/request' }),
    ),
    refuse(
      'a pushed request that does not exist (RFC 9126)',
      303,
      toClient('invalid_request_uri'),
      asked({ request_uri: 'urn:ietf:params:oauth:request_uri:never-pushed' }),
    ),
    refuse('a pushed request of another client', 400, page('badRequest', 'invalid_request_object'), async (world) =>
      world.browser().ask(pushed('app', await push(world, 'other'))),
    ),
    refuse('a pushed request a minute later', 400, page('badRequest', 'invalid_request_uri'), async (world) => {
      const requestUri = await push(world, 'app');
      await world.database.knex.raw(
        `update pushed_authorization_requests set expires_at = now() - interval '1 second'`,
      );
      return world.browser().ask(pushed('app', requestUri));
    }),
    refuse('a pushed request a second time', 400, page('badRequest', 'invalid_request_uri'), async (world) => {
      const requestUri = await push(world, 'app');
      const browser = await world.signedIn();
      const first = await browser.ask(pushed('app', requestUri));
      assert.ok(first.location?.searchParams.has('code'), first.text);
      return browser.ask(pushed('app', requestUri));
    }),
    refuse('no pushed request by a client that must push', 303, toClient('invalid_request'), asked({}, 'pushed-only')),
    refuse(
      'a resource that does not exist (RFC 8707)',
      303,
      toClient('invalid_target'),
      asked({ resource: 'https://api.example.org/' }),
    ),
    refuse('two resources at once', 303, toClient('invalid_target', 'only one resource at a time'), async (world) =>
      world.authorizeWith('resource=https://api.example.org/&resource=https://api.example.org/'),
    ),
    refuse(
      'an image, a frame or a page loaded in advance that would begin a sign-in',
      400,
      page('badRequest', 'invalid_request', 'a sign-in begins only where the browser opens a page'),
      async (world) => {
        const { url } = await world.authorize();
        const embedded: readonly Record<string, string>[] = [
          { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
          { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
          { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' },
        ];
        return Promise.all(embedded.map((headers) => world.browser().ask(url, { headers })));
      },
    ),
    refuse(
      'pushing a request that is larger than a redirect could be (RFC 9126, section 2.3)',
      413,
      json('invalid_request', 'the request is too large'),
      async (world) => pushAsPublic(world, { login_hint: 'x'.repeat(16 * 1024) }),
    ),
    refuse(
      'hundreds of requests of public clients pushed from one network',
      429,
      json('temporarily_unavailable', 'too many requests were pushed'),
      async (world) => {
        assert.equal((await pushAsPublic(world)).status, 201);
        await world.database.knex.raw(`update rate_limits set points = 600 where key like 'pushed-request/network/%'`);
        const answer = await pushAsPublic(world);
        assert.ok(Number(answer.headers['retry-after']) > 0);
        assert.match(await push(world, 'app'), /^urn:/);
        await world.database.knex.raw('delete from rate_limits');
        return answer;
      },
    ),
    refuse('`registration`', 303, toClient('registration_not_supported'), asked({ registration: '{}' })),
  ],
};

const repeated = [
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'prompt',
  'response_mode',
  'id_token_hint',
];

const encodings: Section = {
  where: '`/auth`',
  rows: [
    refuse('`client_id` twice', 400, page('badRequest', 'invalid_request'), twice('client_id', 'app')),
    refuse(
      '`redirect_uri` twice, one of them registered',
      400,
      page('badRequest', 'invalid_request'),
      twice('redirect_uri', 'https://evil.example/'),
    ),
    ...repeated.map((name) =>
      refuse(
        `\`${name}\` twice`,
        303,
        toClient('invalid_request', `'${name}' parameter must not be provided twice`),
        async (world) => {
          const { url } = await world.authorize({ [name]: 'x' });
          return world.browser().ask(`${url.pathname}${url.search}&${name}=y`);
        },
      ),
    ),
    refuse(
      'any parameter twice, by POST',
      400,
      page('badRequest', 'invalid_request', 'The form holds the same field twice.'),
      async (world) => {
        const { url } = await world.authorize();
        return world.post(url.pathname, `${url.search.slice(1)}&state=x`, { accept: 'text/html' });
      },
    ),
    refuse('JSON by POST', 415, page('badRequest', 'invalid_request'), (world) =>
      world.post('/auth', '{}', { 'content-type': 'application/json', accept: 'text/html' }),
    ),
    refuse(
      'bytes that are not UTF-8, or NUL',
      400,
      line('Bad request: this address is not written correctly.'),
      (world) =>
        Promise.all(
          ['state=%ff', 'state=%c0%af', 'state=%00', 'login_hint=a%00b'].map((text) => world.authorizeWith(text)),
        ),
    ),
    refuse(
      'markup in the client, the redirect URI, and together with a missing parameter',
      400,
      works('an error page that shows none of it'),
      (world) =>
        Promise.all([
          world.authorize({}, markup),
          world.authorize({ redirect_uri: markup }),
          world.authorize({ redirect_uri: undefined, state: markup, scope: markup }),
          world.browser().ask(`/auth/${encodeURIComponent(markup)}`),
        ]),
    ),
    refuse(
      'markup in every other parameter',
      303,
      works('an error at the application, or the sign-in page, which shows it as text'),
      async (world) => {
        const names = [
          'scope',
          'state',
          'nonce',
          'prompt',
          'response_type',
          'response_mode',
          'code_challenge',
          'ui_locales',
        ];
        const answers = await Promise.all(names.map((name) => world.authorize({ [name]: markup })));
        const { page: signInPage } = await world.beginSignIn(world.browser(), {
          login_hint: markup,
          ui_locales: markup,
        });
        assert.match(signInPage.text, /value="&#39;&quot;&gt;&lt;script&gt;/);
        assert.doesNotMatch(signInPage.text, /<script/);
        return answers;
      },
    ),
  ],
};

export const authorizationSections: readonly Section[] = [clients, pkce, kinds, hints, encodings];
