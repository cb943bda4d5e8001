import assert from 'node:assert/strict';
import { generateKeyPair, SignJWT } from 'jose';
import { formOf, type Answer } from '../support/user-agent.ts';
import { markup } from './assert-refusal.ts';
import { page, refuse, works, type Section } from './refusal.ts';
import { claimsOf, person, unsigned, type World } from './world.ts';

const registered = 'https://app.example.org/signed-out';

const foreignAddresses = [
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  'https:evil.example',
  'javascript:alert(1)',

  'data:text/html,x',
  `${registered}/`,
  `${registered}?more`,
  `${registered}#x`,
  'https://APP.example.org/signed-out',
  'http://app.example.org/signed-out',
  'https://app.example.org:443/signed-out',
  'https://app.example.org/callback',
  `${registered}@evil.example`,
  'https://app.example.org@evil.example/signed-out',
  markup,
];

const ask = async (world: World, parameters: Record<string, string>): Promise<Answer> => {
  const browser = await world.signedIn();
  const answer = await browser.ask(`/session/end?${new URLSearchParams(parameters).toString()}`);
  if (answer.status === 400) assert.equal(await world.whoIsIn(browser), person);
  return answer;
};

const idToken = async (world: World, client = 'app'): Promise<string> =>
  String((await world.exchange(world.client(client), await world.code(client))).json()['id_token']);

const badHint = (reason: string) => page('badRequest', 'invalid_request', reason);
const notIssuedHere = badHint('id_token_hint was not issued here for this application');

export const signOutSections: readonly Section[] = [
  {
    where: '`/session/end` (RP-Initiated Logout 1.0)',
    rows: [
      refuse(
        'a way back that is not registered',
        400,
        badHint('post_logout_redirect_uri is not registered'),
        async (world) => {
          const hint = await idToken(world);
          const browser = await world.signedIn();
          const answers = [];
          for (const uri of foreignAddresses) {
            for (const who of [{ client_id: 'app' }, { id_token_hint: hint }]) {
              const query = new URLSearchParams({ ...who, post_logout_redirect_uri: uri });
              answers.push(await browser.ask(`/session/end?${query.toString()}`));
            }
          }
          assert.equal(await world.whoIsIn(browser), person);
          return answers;
        },
      ),
      refuse(
        'a way back by nobody knows which client',
        200,
        works('the question, and no way back after it'),
        async (world) => {
          const browser = await world.signedIn();
          const answers = [];
          for (const uri of [registered, ...foreignAddresses]) {
            const query = new URLSearchParams({ post_logout_redirect_uri: uri, state: markup });
            const question = await browser.ask(`/session/end?${query.toString()}`);
            assert.ok(!('post_logout_redirect_uri' in formOf(question).fields));
            answers.push(question);
          }
          return answers;
        },
      ),
      refuse('a way back put into the form', 200, works('signed out here, and sent nowhere'), async (world) => {
        const browser = await world.signedIn();
        const { action, fields } = formOf(await browser.ask('/session/end?client_id=app'));
        const form = { ...fields, post_logout_redirect_uri: 'https://evil.example/', decision: 'sign-out' };
        const answer = await browser.ask(action, { form });
        assert.doesNotMatch(answer.text, /evil/);
        assert.equal(await world.whoIsIn(browser), undefined);
        return answer;
      }),
      refuse('the same by POST', 303, works('as GET, which is refused like any other'), async (world) => {
        const form = { client_id: 'app', post_logout_redirect_uri: 'https://evil.example/' };
        const answer = await world.browser().ask('/session/end', { form });
        assert.equal(answer.location?.origin, world.issuer);
        assert.equal((await world.browser().ask(answer.location)).status, 400);
        return answer;
      }),
      refuse(
        'a client that is not registered, or disabled',
        400,
        page('unknownClient', 'invalid_client'),
        async (world) => [
          await ask(world, { client_id: 'nobody' }),
          await ask(world, { client_id: 'disabled' }),
          await ask(world, { client_id: markup }),
          await ask(world, { id_token_hint: unsigned({ aud: '\0', sub: 'x' }) }),
        ],
      ),
      refuse(
        'an ID token of one client and the name of another',
        400,
        badHint('client_id does not match the id_token_hint'),
        async (world) => ask(world, { client_id: 'other', id_token_hint: await idToken(world) }),
      ),
      refuse(
        'an `id_token_hint` that is no ID token',
        400,
        badHint('id_token_hint is not an ID token'),
        async (world) => [
          await ask(world, { id_token_hint: 'junk' }),
          await ask(world, { id_token_hint: markup }),
          await ask(world, { id_token_hint: unsigned({ aud: ['app'], sub: 'x' }) }),
        ],
      ),
      refuse('an `id_token_hint` with `alg` none', 400, notIssuedHere, async (world) => {
        const token = await idToken(world);
        const bare = unsigned(claimsOf(token));
        return Promise.all([
          ask(world, { id_token_hint: bare }),
          ask(world, { id_token_hint: bare + token.split('.')[2] }),
        ]);
      }),
      refuse('an `id_token_hint` that was changed, or signed by somebody else', 400, notIssuedHere, async (world) => {
        const token = await idToken(world);
        const [head = '', , signature = ''] = token.split('.');
        const changed = Buffer.from(JSON.stringify({ ...claimsOf(token), sid: 'x' })).toString('base64url');
        const { privateKey } = await generateKeyPair('RS256');
        const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
        const forged = new SignJWT(claimsOf(token)).setProtectedHeader({ alg: 'RS256', kid });
        const keyed = new SignJWT(claimsOf(token)).setProtectedHeader({ alg: 'HS256', kid });
        return Promise.all([
          ask(world, { id_token_hint: `${head}.${changed}.${signature}` }),
          ask(world, { id_token_hint: await forged.sign(privateKey) }),
          ask(world, { id_token_hint: await keyed.sign(Buffer.from(world.client('app').client_secret ?? '')) }),
        ]);
      }),
      refuse(
        'the ID token of another person',
        200,
        works('the question, naming who is signed in here'),
        async (world) => {
          const token = await idToken(world);
          const browser = await world.signedIn('axolotl');
          const answer = await browser.ask(`/session/end?${new URLSearchParams({ id_token_hint: token }).toString()}`);
          assert.match(answer.text, /axolotl/);
          assert.equal(await world.whoIsIn(browser), 'axolotl');
          return answer;
        },
      ),
      ...['client_id', 'post_logout_redirect_uri', 'state', 'id_token_hint'].map((name) =>
        refuse(`\`${name}\` twice`, 400, badHint('a parameter must not be sent more than once'), (world) =>
          world.browser().ask(`/session/end?${name}=x&${name}=x`),
        ),
      ),
      refuse('a decision that no button sends', 400, page('badRequest'), async (world) => {
        const browser = await world.signedIn();
        const { action, fields } = formOf(await browser.ask('/session/end'));
        const answer = await browser.ask(action, { form: { ...fields, decision: 'maybe' } });
        assert.equal(await world.whoIsIn(browser), person);
        return answer;
      }),
    ],
  },
];
