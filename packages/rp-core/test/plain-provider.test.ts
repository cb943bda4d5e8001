import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test';
import Koa from 'koa';
import { signInThrough, type LatchkeyState } from '../src/koa/index.ts';
import { Linker } from '../src/linking/linker.ts';
import { RelyingParty } from '../src/relying-party.ts';
import { InMemoryLocalUsers } from './linking/in-memory-local-users.ts';
import { InMemoryOneTimeStore } from './support/in-memory-one-time-store.ts';
import { InMemorySessions } from './support/in-memory-sessions.ts';
import { serveOnLoopback, type ServedOnLoopback } from './support/serve-on-loopback.ts';
import { signInAtStockProvider, startStockProvider, type StockProvider } from './support/stock-provider.ts';
import { navigation, UserAgent } from './support/user-agent.ts';

interface PageSays {
  readonly userId: string | null;
  readonly csrf: string | null;
}

// OpenID Connect Core 1.0, section 5.4: what a deployment says that has more than subjects.
const standardClaims = {
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
  findAccount: (_ctx: unknown, id: string) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id.toUpperCase(),
      preferred_username: id,
      email: `${id}@example.org`,
      email_verified: true,
    }),
  }),
};

for (const [what, configuration] of Object.entries({
  'a stock oidc-provider of default settings': {},
  'a stock oidc-provider with the standard claims': standardClaims,
})) {
  describe(`an application at ${what}`, () => {
    const users = new InMemoryLocalUsers({ uniqueEmails: false });
    const sessions = new InMemorySessions();
    const linker = new Linker(
      users,
      { usernameRule: 'house', adopt: 'never', proofWays: [], emailRule: { unique: false, required: false } },
      { record: () => undefined },
    );
    let served: ServedOnLoopback;
    let provider: StockProvider;
    let origin: string;
    let agent: UserAgent;
    let handle: ReturnType<Koa['callback']> | undefined;
    const accessTokens: { destroy(): Promise<void> }[] = [];

    before(async () => {
      // The engine says there what a deployment should set; the defaults are what is tried here.
      for (const method of ['info', 'warn'] as const) mock.method(console, method, () => undefined);
      served = await serveOnLoopback((request, response) => void handle?.(request, response));
      origin = `http://127.0.0.1:${served.port}`;
      provider = await startStockProvider(
        () => ({ callback: `${origin}/latchkey/callback`, signedOut: `${origin}/latchkey/signed-out` }),
        configuration,
      );
      provider.provider.on('access_token.saved', (token) => accessTokens.push(token));
      const relyingParty = new RelyingParty(
        {
          issuer: provider.issuer,
          clientId: provider.clientId,
          clientSecret: provider.clientSecret,
          origin,
          cookieSecret: randomBytes(32),
          cookieWord: 'app',
          applicationName: 'The application',
        },
        {
          sessions,
          oneTime: new InMemoryOneTimeStore(),
          linker,
          findPerson: async (id) => ({ name: id, username: users.user(id).username }),
          log: () => undefined,
        },
      );
      const app = new Koa();
      app.use(signInThrough(relyingParty));
      app.use((ctx) => {
        const { visitor } = ctx.state['latchkey'] as LatchkeyState;
        ctx.body = { userId: visitor?.localUserId ?? null, csrf: visitor?.csrf ?? null } satisfies PageSays;
      });
      handle = app.callback();
    });
    after(async () => {
      await served.close();
      await provider.close();
      mock.restoreAll();
    });
    beforeEach(() => {
      agent = new UserAgent();
    });
    afterEach(async () => {
      for (const { idHash } of sessions.all()) await sessions.delete(idHash);
    });

    const signIn = async (login: string) => {
      const began = await agent.visit(`${origin}/latchkey/start?to=${encodeURIComponent('/page?one=1')}`);
      const end = await signInAtStockProvider(agent, began, login);
      // Somebody new whose name here is not the issuer's is told so once.
      return end.addresses.at(-1)?.includes('/latchkey/callback') === true ? agent.visit(`${origin}/page?one=1`) : end;
    };
    const says = async (response: Response): Promise<PageSays> => (await response.json()) as PageSays;
    const age = async (change: { readonly provedAt?: Date; readonly accessTokenExpiresAt?: Date }): Promise<void> => {
      for (const { idHash } of sessions.all()) assert.equal(await sessions.update(idHash, change), true);
    };
    const userinfoAsked = (): number => provider.asked.filter((asked) => asked.endsWith(' /me')).length;
    const passed = (seconds: number): Date => new Date(Date.now() - seconds * 1000);

    it('signs in by a click, makes a local user from userinfo, and returns to the page', async () => {
      const { response, addresses } = await signIn('alice');
      assert.equal(addresses.at(-1), `${origin}/page?one=1`);
      const { userId } = await says(response);
      assert.ok(userId);
      assert.equal(users.links.filter(({ sub }) => sub === 'alice').length, 1);
      const { username, email } = users.user(userId);
      if (configuration === standardClaims) assert.deepEqual([username, email], ['alice', 'alice@example.org']);
      else assert.match(username, /^user-[0-9a-f]{8}$/);
    });

    it('finds the same local user again in another browser', async () => {
      const first = await says((await signIn('berta')).response);
      agent = new UserAgent();
      const second = await says((await signIn('berta')).response);
      assert.equal(second.userId, first.userId);
    });

    it('never sends off an anonymous visitor, who has no hint', async () => {
      const { response, addresses } = await agent.visit(`${origin}/page`);
      assert.deepEqual([addresses.length, response.status], [1, 200]);
      assert.deepEqual(await says(response), { userId: null, csrf: null });
    });

    it('never sends off who is signed in, whose session answers for no hint', async () => {
      await signIn('alice');
      for (let view = 0; view < 3; view++) {
        const { response, addresses } = await agent.visit(`${origin}/page`);
        assert.deepEqual([addresses.length, response.status], [1, 200]);
      }
    });

    it('asks userinfo when the proof is old, and then not again', async () => {
      const { userId } = await says((await signIn('alice')).response);
      await age({ provedAt: passed(600) });
      const before = userinfoAsked();
      assert.equal((await says(await agent.get(`${origin}/page`))).userId, userId);
      assert.equal((await says(await agent.get(`${origin}/page`))).userId, userId);
      assert.equal(userinfoAsked() - before, 1);
    });

    it('ends the session when userinfo refuses its bearer', async () => {
      await signIn('alice');
      await age({ provedAt: passed(600) });
      assert.ok(accessTokens.length > 0);
      for (const token of accessTokens) await token.destroy();
      assert.deepEqual(await says(await agent.get(`${origin}/page`)), { userId: null, csrf: null });
      assert.deepEqual(sessions.all(), []);
    });

    it('gets a new bearer silently when the old one is spent, and stays the same session', async () => {
      const { userId, csrf } = await says((await signIn('alice')).response);
      const [before] = sessions.all();
      assert.ok(userId);
      await age({ accessTokenExpiresAt: passed(1) });
      const { response, addresses } = await agent.visit(`${origin}/page?two=2`);
      assert.equal(addresses.at(-1), `${origin}/page?two=2`);
      assert.ok(addresses.some((address) => address.includes('prompt=none')));
      assert.equal((await says(response)).userId, userId);
      const [after] = sessions.all();
      assert.equal(after?.idHash, before?.idHash);
      assert.ok(after?.accessTokenExpiresAt && after.accessTokenExpiresAt > new Date());
      const form = await agent.post(`${origin}/latchkey/sign-out`, { csrf: csrf ?? '', where: 'here' });
      assert.deepEqual([form.status, sessions.all()], [303, []], 'forms from before are still of this session');
    });

    it('ends the session when the bearer is spent and the provider knows nobody any more', async () => {
      await signIn('alice');
      await age({ accessTokenExpiresAt: passed(1) });
      for (const name of agent.cookieNames(provider.issuer)) agent.setCookie(provider.issuer, name, undefined);
      const { response } = await agent.visit(`${origin}/page`);
      assert.deepEqual(await says(response), { userId: null, csrf: null });
      assert.deepEqual(sessions.all(), []);
      assert.equal(agent.cookie(origin, 'app-session'), undefined);
    });

    it('keeps a form that comes with a spent bearer, without a redirect', async () => {
      const { userId } = await says((await signIn('alice')).response);
      await age({ accessTokenExpiresAt: passed(1) });
      const response = await agent.post(`${origin}/page`, { text: 'kept' });
      assert.deepEqual([response.status, (await says(response)).userId], [200, userId]);
    });

    it('signs out here and there, and says so to the provider with the ID token', async () => {
      const { csrf } = await says((await signIn('alice')).response);
      const out = `${origin}/latchkey/sign-out`;
      const { response, addresses } = await agent.follow(out, await agent.post(out, { csrf: csrf ?? '' }));
      assert.equal(new URL(addresses[1] ?? '').pathname, '/session/end');
      assert.equal(response.status, 200);
      assert.deepEqual(sessions.all(), []);
      const page = await response.text();
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1];
      const confirm = `${provider.issuer}/session/end/confirm`;
      const confirmed = await agent.follow(confirm, await agent.post(confirm, { xsrf: xsrf ?? '', logout: 'yes' }));
      assert.equal(confirmed.addresses.at(-1), `${origin}/`);
      assert.deepEqual(await says(confirmed.response), { userId: null, csrf: null });
      const again = await agent.visit(`${origin}/latchkey/start?to=%2F`);
      assert.match(await again.response.text(), /name="prompt" value="login"/);
    });

    it('signs out here alone when asked to', async () => {
      const { csrf } = await says((await signIn('alice')).response);
      const response = await agent.post(`${origin}/latchkey/sign-out`, { csrf: csrf ?? '', where: 'here' });
      assert.equal(response.headers.get('location'), '/');
      const { addresses } = await agent.visit(`${origin}/page`);
      assert.equal(addresses.length, 1, 'nothing signs in again by itself');
      // This provider has no hint; anybody under the domain can write one all the same.
      agent.setCookie(origin, 'latchkey-hint', 'forged');
      const forged = await agent.visit(`${origin}/page`);
      assert.ok(forged.addresses.some((address) => address.includes('prompt=none')));
      assert.deepEqual(await says(forged.response), { userId: null, csrf: null });
    });

    it('keeps the pages readable to who is signed in while the provider is away', async () => {
      const { userId } = await says((await signIn('alice')).response);
      await age({ provedAt: passed(600) });
      await provider.close();
      const response = await agent.get(`${origin}/page`, navigation);
      assert.deepEqual([response.status, (await says(response)).userId], [200, userId]);
      const start = await agent.get(`${origin}/latchkey/start?to=%2Fpage`);
      assert.equal(start.status, 503);
    });
  });
}
