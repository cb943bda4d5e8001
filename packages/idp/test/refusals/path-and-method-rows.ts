import assert from 'node:assert/strict';
import { markup } from './assert-refusal.ts';
import { askRaw } from './raw-answer.ts';
import { json, page, refuse, works, type Section } from './refusal.ts';
import { basic, type World } from './world.ts';

const html = { accept: 'text/html' };

const spellings = [
  '/AUTH?client_id=app',
  '/auth/?client_id=app',
  '/%61uth?client_id=app',
  '/auth;x',
  '/auth%2f',
  '/auth%20',
  '/./auth',
  '/x/../auth',
  '/%2e/auth',
  '/x/%2e%2e/auth',
  '/x%2f..%2fauth',
  '/AUTH/x',
  '/auth/x/',
  '/auth/x/y',
  '/Token',
  '/token/',
  '/Session/End',
  '/session/end/',
  '/session%2fend',
  '/userinfo/',
  '/UserInfo',
  '/profile/',
  '/Interaction/x',
  '/interaction/x/',
  '/interaction/',
  '/health/live/',
  '/Health/Live',
  '/jwks/',
  '/index.html',
];

/** Pages of the engine that ours stand in the place of, and features that are off. */
const closed = [
  '/session/end/success',
  '/session',
  '/device',
  '/reg',
  '/backchannel',
  '/challenge',
  '/interaction/x/abort',
];

/** What is answered, and with which methods. */
const methods: Readonly<Record<string, string>> = {
  '/': 'GET',
  '/auth': 'GET, POST',
  '/auth/x': 'GET',
  '/request': 'POST',
  '/token': 'POST',
  '/token/introspection': 'POST',
  '/token/revocation': 'POST',
  '/profile': 'GET',
  '/userinfo': 'GET, POST',
  '/jwks': 'GET',
  '/.well-known/openid-configuration': 'GET',
  '/session/end': 'GET, POST',
  '/session/end/confirm': 'POST',
  '/interaction/x': 'GET',
  '/interaction/x/sign-in': 'POST',
  '/interaction/x/consent': 'POST',
  '/interaction/x/select-account': 'POST',
  '/interaction/x/cancel': 'POST',
};

const allowed = (header: unknown): string =>
  String(header)
    .split(', ')
    .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
    .toSorted()
    .join(', ');

/** Asks every address with each of these methods that it does not take. */
const askWrongly = async (world: World, headers: Record<string, string>) => {
  const answers = [];
  for (const [path, taken] of Object.entries(methods)) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
      if (taken.includes(method)) continue;
      const answer = await world.browser().ask(path, { method, headers });
      assert.equal(allowed(answer.headers['allow']), taken, `${method} ${path}`);
      answers.push(answer);
    }
  }
  return answers;
};

export const pathAndMethodSections: readonly Section[] = [
  {
    where: 'paths',
    rows: [
      refuse('a path that is not there', 404, page('notFound', 'not_found'), (world) =>
        Promise.all(
          ['/nowhere', '/wp-login.php', '/.env', `/${encodeURIComponent(markup)}`, ...closed].map((path) =>
            world.browser().ask(path),
          ),
        ),
      ),
      refuse('a path that is not there, by a program', 404, json('not_found'), (world) =>
        Promise.all([
          world.get('/nowhere'),
          world.get('/nowhere', { accept: '*/*' }),
          world.post('/nowhere', 'x=y'),
          world.get('/session/end/success'),
        ]),
      ),
      refuse(
        'codes and tokens at a path that is not there',
        404,
        works('nothing of it is in the log'),
        async (world) => {
          const { code } = await world.code('app');
          const { path } = await world.beginSignIn();
          world.secrets.note(path.split('/').at(-1), 'interaction');
          const paths = [`/nowhere?code=${code}`, `/assets/x.css?access_token=${code}`, `${path}/nowhere?code=${code}`];
          const spelt = path.replace('/interaction', '/Interaction');
          return Promise.all([...paths, spelt, `${spelt}/x`].map((target) => world.browser().ask(target)));
        },
      ),
      refuse('a known path in another spelling', 404, page('notFound', 'not_found'), (world) =>
        Promise.all(
          spellings.map((path) =>
            askRaw(world, `GET ${path} HTTP/1.1`, `Host: ${new URL(world.issuer).host}`, 'Accept: text/html'),
          ),
        ),
      ),
      refuse('an asset that is not there, or by a path that leads out', 404, page('notFound', 'not_found'), (world) =>
        Promise.all(
          ['/assets/', '/assets/nothing.css', '/assets/..%2f..%2fpackage.json'].map((path) =>
            world.browser().ask(path),
          ),
        ),
      ),
    ],
  },
  {
    where: 'methods (RFC 9110, section 15.5.6)',
    rows: [
      refuse(
        'a method that the address does not take, which `Allow` tells',
        405,
        page('methodNotAllowed'),
        async (world) => {
          const answers = await askWrongly(world, html);
          // `/profile` and `/userinfo` are for programs, and answer in JSON whoever asks.
          return answers.filter(({ url }) => !['/profile', '/userinfo'].includes(url.pathname));
        },
      ),
      refuse('the same by a program', 405, works('an error in JSON'), async (world) => {
        const answers = await askWrongly(world, { accept: 'application/json' });
        for (const answer of answers) assert.equal(typeof answer.json()['error'], 'string');
        return answers;
      }),
      refuse(
        'another method at `/health/live`, `/health/ready`',
        405,
        works('`{"status":"method not allowed"}`'),
        (world) => Promise.all(['/health/live', '/health/ready'].map((path) => world.post(path, ''))),
      ),
      refuse(
        'HEAD to resume a sign-in, which would use it up',
        405,
        works('nothing; it can still be finished'),
        async (world) => {
          const interaction = await world.beginSignIn();
          const resume = await world.finishSignIn(interaction);
          const answer = await interaction.browser.ask(resume, { method: 'HEAD' });
          const { location } = await interaction.browser.ask(resume);
          assert.ok(location?.searchParams.has('code'));
          return answer;
        },
      ),
      refuse('HEAD', 200, works('the headers of GET, and no body'), async (world) => {
        const paths = ['/', '/session/end', '/jwks', '/.well-known/openid-configuration', '/health/live'];
        const browser = await world.signedIn();
        return Promise.all(
          paths.map(async (path) => {
            const head = await browser.ask(path, { method: 'HEAD' });
            const get = await browser.ask(path);
            assert.equal(head.text, '');
            assert.equal(head.status, get.status);
            assert.equal(head.headers['content-type'], get.headers['content-type']);
            return head;
          }),
        );
      }),
      refuse('HEAD where GET would be refused', 400, works('the status of GET, and no body'), async (world) => {
        const paths = ['/auth?client_id=nobody', '/session/end?client_id=nobody', '/interaction/x'];
        const answers = await Promise.all(paths.map((path) => world.browser().ask(path, { method: 'HEAD' })));
        for (const { text } of answers) assert.equal(text, '');
        return answers;
      }),
      refuse('headers and fields that name another method', 405, json('method_not_allowed'), (world) => {
        const headers = ['x-http-method-override', 'x-http-method', 'x-method-override'];
        return Promise.all([
          ...headers.map((name) => world.get('/token', { [name]: 'POST', ...basic(world.client('app')) })),
          world.get('/token?_method=POST'),
          world.post('/', '_method=GET'),
        ]);
      }),
    ],
  },
];
