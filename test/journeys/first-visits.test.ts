import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { authorizationRequest, signIn, UserAgent } from '../../packages/idp/test/support/user-agent.ts';
import { accounts } from '../../tools/stage/stage.ts';
import { openHouse, type House } from './support/house.ts';
import { shownName } from './support/notes-pages.ts';

const count = 20;

describe(`${count} first visits of one person at the same moment`, { timeout: 300_000 }, () => {
  let house: House;

  before(async () => {
    house = await openHouse();
  });
  after(async () => house.close());

  /** The cookies of a browser in which somebody signed in at the provider, and never was at notes. */
  const signedInAtProvider = async (username: string): Promise<Parameters<BrowserContext['addCookies']>[0]> => {
    const { issuer } = house.provider;
    const agent = new UserAgent({ issuer }, { port: house.host(accounts).ports[0] ?? 0 });
    const { clientId, origin } = house.journal;
    await signIn(agent, authorizationRequest(clientId, { redirect_uri: `${origin}/latchkey/callback` }), username);
    const { hostname } = new URL(issuer);
    return [...agent.cookies].map(([key, { value, path }]) => {
      const name = key.split(' ')[0] ?? '';
      const domain = name.endsWith('-hint') ? `.${hostname.slice(hostname.indexOf('.') + 1)}` : hostname;
      return { name, value, path, domain, secure: true, sameSite: 'Lax' };
    });
  };
  const visit = async (contexts: readonly BrowserContext[]): Promise<string[]> => {
    const pages = await Promise.all(contexts.map((context) => context.newPage()));
    await Promise.all(pages.map((page) => page.goto(`${house.notes.origin}/notes`)));
    return Promise.all(pages.map(shownName));
  };
  const usersNamed = (username: string): number =>
    house.notes.users().filter((user) => Object.values(user).includes(username)).length;

  it('in as many browsers make one local user', async () => {
    const contexts: BrowserContext[] = [];
    for (let made = 0; made < count; made += 1) {
      const context = await house.browser.newContext();
      await context.addCookies(await signedInAtProvider('alice'));
      contexts.push(context);
    }
    assert.deepEqual(
      await visit(contexts),
      Array.from({ length: count }, () => 'Alice Example'),
    );
    assert.equal(house.notes.users().length, 1);
    assert.equal(usersNamed('alice'), 1);
    assert.equal(house.notes.sessions().length, count);
    assert.equal(new Set(house.notes.sessions().map((session) => session['local_user_id'])).size, 1);
    await Promise.all(contexts.map((context) => context.close()));
  });

  it('in as many copies of one browser make one local user, beside the one who was there', async () => {
    const cookies = await signedInAtProvider('bert');
    const contexts = await Promise.all(Array.from({ length: count }, () => house.browser.newContext()));
    await Promise.all(contexts.map((context) => context.addCookies(cookies)));
    assert.deepEqual(
      await visit(contexts),
      Array.from({ length: count }, () => 'Bert Example'),
    );
    assert.deepEqual([house.notes.users().length, usersNamed('bert'), usersNamed('alice')], [2, 1, 1]);
    assert.equal(new Set(house.notes.sessions().map((session) => session['local_user_id'])).size, 2);
    await Promise.all(contexts.map((context) => context.close()));
  });
});
