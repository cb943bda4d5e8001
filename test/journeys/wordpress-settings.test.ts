import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { administratorPassword } from '../../tools/apps/local-users.ts';
import { signInAtWordPress } from '../../tools/apps/sign-in-locally.ts';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';
import { eventually } from './support/eventually.ts';

describe("the plugin's settings in the real WordPress", { timeout: 300_000 }, () => {
  let stage: BlogStage;
  let page: Page;
  let address: string;

  before(async () => {
    stage = await openBlog();
    address = `${stage.blog.origin}/wp-admin/options-general.php?page=latchkey`;
    page = await stage.browser.newPage();
  });
  after(async () => {
    const faults = await stage.faults();
    await stage.close();
    assert.deepEqual(faults, []);
  });

  const findings = async (): Promise<readonly string[]> => {
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.locator('.latchkey-finding').first().waitFor();
    return page
      .locator('.latchkey-finding')
      .evaluateAll((all) => all.map((each) => `${each.getAttribute('data-kind')}: ${each.textContent?.slice(2)}`));
  };

  it('lets the local administrator in by the form of WordPress, whatever the accounts site does', async () => {
    await stage.provider.stop();
    await signInAtWordPress(page, stage.blog.origin, 'admin', administratorPassword);
    await page.goto(address);
    assert.equal(await page.getByRole('heading', { name: 'Latchkey' }).count(), 1);
    await stage.provider.start();
  });

  it('shows values that a constant sets, and the secret never', async () => {
    const issuer = page.getByLabel('Accounts site (issuer)');
    assert.deepEqual([await issuer.inputValue(), await issuer.isDisabled()], [stage.provider.issuer, true]);
    assert.equal(await page.getByLabel('Client secret').inputValue(), '');
    const secret = await stage.blog.php('echo LATCHKEY_CLIENT_SECRET;');
    assert.ok(secret.length > 20 && !(await page.content()).includes(secret));
  });

  it('says that all is well, but for a sign-out that never came', async () => {
    const found = await findings();
    assert.deepEqual(
      found.map((each) => each.split(':')[0]),
      ['good', 'good', 'good', 'good', 'good', 'good', 'warning'],
    );
    assert.match(String(found.at(-1)), /has never reached this site/);
    const person = await stage.browser.newPage();
    await signInAtBlog(person, stage, 'bert');
    await stage.provider.latchkeyJson(['account', 'sign-out', 'bert']);
    await eventually('the blog has heard of it', async () => (await stage.sessionsOf('bert')) === 0);
    assert.match(String((await findings()).at(-1)), /^good: .*last reached this site with a sign-out/);
    await person.context().close();
  });

  it('is found connected by `latchkey connect wordpress`', async () => {
    const connect = ['connect', 'wordpress', stage.blog.origin, '--id', stage.clientId];
    const address = ['--allow-private-address', stage.blog.host.address];
    const { code, stdout, stderr } = await stage.provider.latchkey([...connect, ...address]);
    assert.equal(code, 0, `${stdout}${stderr}`);
  });

  for (const [what, change, said] of [
    ['a wrong secret', { LATCHKEY_CLIENT_SECRET: 'wrong' }, /^fault: .*refuses the client secret/],
    ['a client that nobody knows', { LATCHKEY_CLIENT_ID: 'nobody' }, /^fault: .*does not know the client "nobody"/],
    ['another issuer', { LATCHKEY_ISSUER: 'slash' }, /^fault: .*calls itself "https.*not "https/],
    ['an issuer that is not there', { LATCHKEY_ISSUER: 'https://nobody.example.test:1' }, /^fault: .*does not answer/],
    ['an issuer without https', { LATCHKEY_ISSUER: 'http://accounts.example.test' }, /^fault: issuer must be https/],
  ] as const) {
    it(`says what is wrong: ${what}`, async () => {
      const before = { LATCHKEY_CLIENT_ID: stage.clientId, LATCHKEY_ISSUER: stage.provider.issuer };
      const secret = await stage.blog.php('echo LATCHKEY_CLIENT_SECRET;');
      const slash = 'LATCHKEY_ISSUER' in change && change.LATCHKEY_ISSUER === 'slash';
      await stage.blog.configure(slash ? { LATCHKEY_ISSUER: `${stage.provider.issuer}/` } : change);
      try {
        const found = await findings();
        assert.ok(
          found.some((each) => said.test(each)),
          found.join('\n'),
        );
      } finally {
        await stage.blog.configure({ ...before, LATCHKEY_CLIENT_SECRET: secret });
      }
    });
  }

  it('keeps what is entered, the secret sealed, and connects by it', async () => {
    const secret = await stage.blog.php('echo LATCHKEY_CLIENT_SECRET;');
    const none = { LATCHKEY_ISSUER: undefined, LATCHKEY_CLIENT_ID: undefined, LATCHKEY_CLIENT_SECRET: undefined };
    await stage.blog.configure(none);
    await page.goto(address);
    assert.match(await page.locator('.notice-warning').innerText(), /not connected yet: issuer is not set/);
    assert.equal((await stage.request(`${stage.blog.origin}/latchkey/start`)).status, 503);
    assert.equal((await stage.request(`${stage.blog.origin}/`)).status, 200);
    await page.getByLabel('Accounts site (issuer)').fill(stage.provider.issuer);
    await page.getByLabel('Client id').fill(stage.clientId);
    await page.getByLabel('Client secret').fill(secret);
    await page.getByLabel('Roles by group').fill('staff = editor');
    await page.getByRole('button', { name: 'Save Changes' }).click();
    await page.getByText('The settings were saved.').waitFor();
    assert.ok(!(await page.content()).includes(secret));
    const stored = await stage.blog.php('echo json_encode(get_option("latchkey_settings"));');
    assert.ok(!stored.includes(secret), 'a copy of the database does not hold the secret');
    assert.ok((await findings()).some((each) => each === 'good: The client secret is right.'));
    const person = await stage.browser.newPage();
    await signInAtBlog(person, stage, 'bert');
    assert.equal(await stage.sessionsOf('bert'), 1);
    await person.context().close();
  });

  it('gives and takes the roles of groups, leaves others alone, and keeps the last administrator', async () => {
    const roles = async (): Promise<readonly string[] | undefined> => (await stage.users('bert'))[0]?.roles;
    const person = await stage.browser.newPage();
    const visitLater = async (): Promise<void> => {
      await stage.ageProofs(301);
      await person.goto(`${stage.blog.origin}/wp-admin/profile.php`);
    };
    await signInAtBlog(person, stage, 'bert');
    await stage.blog.php('get_user_by("login", "bert")->add_role("contributor");');
    await stage.provider.latchkeyJson(['account', 'update', 'bert', '--group', 'staff', 'others']);
    await visitLater();
    assert.deepEqual((await roles())?.toSorted(), ['contributor', 'editor', 'subscriber']);
    await stage.blog.configure({ LATCHKEY_ROLES: 'staff = administrator' });
    await visitLater();
    await stage.provider.latchkeyJson(['account', 'update', 'bert', '--name', 'Bert the First']);
    await visitLater();
    assert.ok((await roles())?.includes('administrator'));
    await stage.blog.php('get_user_by("login", "admin")->set_role("editor");');
    await stage.provider.latchkeyJson(['account', 'update', 'bert', '--no-groups']);
    await visitLater();
    assert.ok((await roles())?.includes('administrator'), 'the last one');
    await stage.blog.php('get_user_by("login", "admin")->set_role("administrator");');
    await stage.provider.latchkeyJson(['account', 'update', 'bert', '--name', 'Bert the Second']);
    await visitLater();
    assert.deepEqual((await roles())?.toSorted(), ['contributor', 'editor', 'subscriber']);
    await person.context().close();
  });

  it('is for administrators alone, and takes no form of another page', async () => {
    const person = await stage.browser.newPage();
    await stage.provider.addAccount('carol', 'Carol Example');
    await signInAtBlog(person, stage, 'carol');
    assert.equal((await person.goto(address))?.status(), 403);
    await page.goto(address);
    const answer = page.waitForResponse((each) => each.request().method() === 'POST');
    await page.evaluate(`document.querySelector('form input[name=_wpnonce]').value = 'forged'`);
    await page.getByRole('button', { name: 'Save Changes' }).click();
    assert.equal((await answer).status(), 403);
    await person.context().close();
  });
});
