import assert from 'node:assert/strict';
import { en } from '../../src/http/messages/en.ts';
import { authorizationRequest, formOf, type Answer } from '../support/user-agent.ts';
import { page, refuse, toClient, works, type Reading, type Section } from './refusal.ts';
import type { WatchedUserAgent } from './secrets.ts';
import { person, type World } from './world.ts';

/** A form with what a person would fill in, in the browser that it was made for. */
interface OpenForm {
  readonly browser: WatchedUserAgent;
  readonly action: string;
  readonly fields: Record<string, string>;
  readonly filledIn: Record<string, string>;
}

const send = (form: OpenForm, token: string | undefined, headers: Record<string, string> = {}): Promise<Answer> => {
  const { csrf_token: _own, ...fields } = form.fields;
  const given = token === undefined ? {} : { csrf_token: token };
  return form.browser.ask(form.action, { form: { ...fields, ...given, ...form.filledIn }, headers });
};

const signInForm = async (world: World): Promise<OpenForm> => {
  const { browser, path, fields } = await world.beginSignIn();
  const filledIn = { username: person, password: 'correct horse battery staple' };
  return { browser, action: `${path}/sign-in`, fields, filledIn };
};

const otherForms = async (world: World): Promise<OpenForm[]> => {
  const anonymous = await world.beginSignIn();
  const browser = await world.signedIn();
  const consent = await world.beginSignIn(browser, {}, 'untrusted');
  const choice = await world.beginSignIn(browser, { prompt: 'select_account' });
  const signOut = formOf(await browser.ask('/session/end'));
  return [
    { ...anonymous, action: `${anonymous.path}/cancel`, filledIn: {} },
    { ...consent, action: `${consent.path}/consent`, filledIn: { decision: 'allow' } },
    { ...choice, action: `${choice.path}/select-account`, filledIn: { decision: 'continue' } },
    { ...signOut, browser, filledIn: { decision: 'sign-out' } },
  ];
};

type Forgery = (world: World, form: OpenForm) => Promise<readonly Answer[]>;

const own = (form: OpenForm): string => form.fields['csrf_token'] ?? '';

const fromSite =
  (...variants: readonly Record<string, string>[]): Forgery =>
  (_world, form) =>
    Promise.all(variants.map((headers) => send(form, own(form), headers)));

const forgeries: Readonly<Record<string, Forgery>> = {
  'without its token': async (_world, form) => [await send(form, undefined), await send(form, '')],
  'with a token that was made up': async (_world, form) => [
    await send(form, `${'A'.repeat(22)}.${'A'.repeat(43)}`),
    await send(form, `${own(form).slice(0, -1)}${own(form).endsWith('A') ? 'E' : 'A'}`),
    await send(form, `${own(form)} `),
  ],
  'with a token of another browser': async (world, form) => {
    const elsewhere = await world.beginSignIn();
    return [await send(form, elsewhere.fields['csrf_token'])];
  },
  'with a token of another form of this browser': async (world, form) => {
    const another = await world.beginSignIn(form.browser, { prompt: 'login' });
    return [await send(form, another.fields['csrf_token'])];
  },
  'from a page of another site, as the browser says': fromSite(
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'nonsense' },
    { origin: 'https://evil.example' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
  ),
  'from nowhere, as `Origin: null` alone says': fromSite({ origin: 'null' }),
};

const background: readonly Record<string, string>[] = [
  { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
  { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' },
];

const signInAgain: Reading = { kind: 'form', heading: en.signIn.heading, notice: en.signIn.formExpired };

export const forgerySections: readonly Section[] = [
  {
    where: 'the sign-in form, with the right password (CSRF)',
    rows: [
      ...Object.entries(forgeries).map(([what, forge]) =>
        refuse(what, 403, signInAgain, async (world) => {
          const form = await signInForm(world);
          const answers = await forge(world, form);
          assert.equal(await world.whoIsIn(form.browser), undefined);
          return answers;
        }),
      ),
      refuse('as browsers send it', 200, works('it signs in'), async (world) => {
        const headers = [
          { 'sec-fetch-site': 'same-origin', origin: 'null' },
          { 'sec-fetch-site': 'same-origin', origin: world.issuer },
          { origin: world.issuer },
        ];
        return Promise.all(
          headers.map(async (header) => {
            const form = await signInForm(world);
            return send(form, own(form), header);
          }),
        );
      }),
    ],
  },
  {
    where: 'the forms to cancel, allow, choose an account and sign out (CSRF)',
    rows: Object.entries(forgeries).map(([what, forge]) =>
      refuse(what, 403, page('formExpired'), async (world) => {
        const forms = await otherForms(world);
        const answers = [];
        for (const form of forms) answers.push(...(await forge(world, form)));
        assert.equal(await world.whoIsIn((forms.at(-1) ?? (await signInForm(world))).browser), person);
        assert.deepEqual(await world.database.knex('consents').select(), []);
        return answers;
      }),
    ),
  },
  {
    where: '`/auth` in the background of another page (Fetch Metadata)',
    rows: [
      refuse(
        'a sign-in that an image, script or frame begins, or a browser in advance',
        400,
        page('badRequest', 'invalid_request', 'a sign-in begins only where the browser opens a page'),
        async (world) => {
          const answers = await Promise.all(
            background.map((headers) => world.browser().ask(authorizationRequest('app').url, { headers })),
          );
          for (const { headers } of answers) assert.equal(headers['set-cookie'], undefined);
          return answers;
        },
      ),
      refuse('the same silently', 303, toClient('login_required'), (world) =>
        Promise.all(
          background.map((headers) =>
            world.browser().ask(authorizationRequest('app', { prompt: 'none' }).url, { headers }),
          ),
        ),
      ),
    ],
  },
];
