import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openHouse, type House } from './support/house.ts';
import { shownName, signInAt } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';

describe('a local user is kept in step with the provider', { timeout: 120_000 }, () => {
  let house: House;
  let page: Page;

  before(async () => {
    house = await openHouse();
    page = await house.browser.newPage();
    await signInAt(page, house.notes, 'alice');
  });
  after(async () => house.close());

  const mine = () => house.notes.users().find(({ username }) => username === 'alice');

  it('from its first sign-in on', () => {
    const { name, email, email_confirmed: confirmed } = mine() ?? {};
    assert.deepEqual([name, email, confirmed], ['Alice Example', 'alice@example.org', 1]);
  });

  it('asks with what it has, and is told that it holds (304), while nothing changed', async () => {
    const calls = await recordProviderCalls(house);
    house.notes.ageProofs(301);
    await page.goto(`${house.notes.origin}/notes`);
    assert.deepEqual(await calls.heartbeats(), [304]);
  });

  it('takes over a new display name and address with the next heartbeat, without a redirect', async () => {
    await house.provider.latchkeyJson([
      'account',
      'update',
      'alice',
      '--name',
      'Alice Bold',
      '--email',
      'bold@example.org',
    ]);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example', 'the proof is young: nobody asks');
    house.notes.ageProofs(301);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Bold');
    assert.deepEqual([mine()?.['name'], mine()?.['email']], ['Alice Bold', 'bold@example.org']);
  });

  it('takes it over at a first visit elsewhere, and has one user all the while', async () => {
    await page.goto(`${house.journal.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Bold');
    assert.equal(house.notes.users().length, 1);
  });
});
