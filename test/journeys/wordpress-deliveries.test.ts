import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { administratorPassword, userPassword } from '../../tools/apps/local-users.ts';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';
import { openStandInIssuer, type StandInIssuer } from './support/stand-in-issuer.ts';
import { signedByStranger, unsigned } from './support/tokens.ts';

const standInHost = 'other-accounts.example.test';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
/** Opaque to everybody; here they are readable. */
const ada = 'ada-at-the-issuer';

describe('what an issuer delivers to the real WordPress', { timeout: 300_000 }, () => {
  let stage: BlogStage;
  let issuer: StandInIssuer;
  let origin: string;

  before(async () => {
    stage = await openBlog({ stage: { hosts: { [standInHost]: {} } } });
    ({ origin } = stage.blog);
    issuer = await openStandInIssuer(stage.host(standInHost));
  });
  after(async () => {
    const faults = await stage.faults();
    await issuer.close();
    await stage.close();
    assert.deepEqual(faults, []);
  });

  const deliverLogout = (token: string) =>
    stage.request(`${origin}/latchkey/backchannel`, { form: { logout_token: token } });
  const deliverEvent = (token: string) =>
    stage.request(`${origin}/latchkey/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/secevent+jwt' },
      body: token,
    });
  const login = (name: string, password = userPassword) =>
    stage.request(`${origin}/wp-login.php`, { form: { log: name, pwd: password } });
  /** A local user with a password, linked to a person of the stand-in issuer. */
  const linkUser = (name: string, sub: string, role = 'subscriber') =>
    stage.blog.php(
      `$id = wp_insert_user(['user_login' => $arguments[0], 'user_pass' => $arguments[2], 'role' => $arguments[4],
        'user_email' => "$arguments[0]@example.test", 'display_name' => $arguments[0]]);
      (new Latchkey\\WordPress\\Users\\LinkTable())->insert(new Latchkey\\WordPress\\Core\\Linking\\Link(
        new Latchkey\\WordPress\\Core\\Linking\\Subject($arguments[3], $arguments[1]), (string) $id));`,
      name,
      sub,
      userPassword,
      issuer.issuer,
      role,
    );
  const applicationPassword = (name: string) =>
    stage.blog.php(
      `echo WP_Application_Passwords::create_new_application_password(
        get_user_by('login', $arguments[0])->ID, ['name' => 'phone ' . wp_generate_password(8)])[0];`,
      name,
    );
  const asks = async (name: string, password: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    return (await stage.request(`${origin}/wp-json/wp/v2/users/me`, { headers: { authorization } })).status;
  };
  const asksByXmlRpc = async (name: string, password: string): Promise<string> => {
    const value = (text: string): string => `<param><value><string>${text}</string></value></param>`;
    const body = `<?xml version="1.0"?><methodCall><methodName>wp.getProfile</methodName><params>${value('1')}${value(name)}${value(password)}</params></methodCall>`;
    const headers = { 'content-type': 'text/xml' };
    return (await stage.request(`${origin}/xmlrpc.php`, { method: 'POST', headers, body })).text;
  };

  it('is refused where nobody known signed it, and ends nothing', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    const { keys } = (await stage.request(`${stage.provider.issuer}/jwks`)).json() as {
      keys: { kid: string; kty: string }[];
    };
    const kid = keys.find(({ kty }) => kty === 'EC')?.kid;
    const claims = {
      iss: stage.provider.issuer,
      aud: stage.clientId,
      sub: stage.bert,
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 120,
      jti: 'forged',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    for (const token of [
      signedByStranger({ typ: 'logout+jwt', kid }, claims),
      unsigned({ alg: 'none', typ: 'logout+jwt' }, claims),
      issuer.sign({ typ: 'logout+jwt', kid }, claims),
      'no token',
      '',
    ]) {
      const { status, headers, text } = await deliverLogout(token);
      assert.equal(status, 400, text);
      assert.match(String(headers['cache-control']), /no-store/);
    }
    assert.equal((await stage.request(`${origin}/latchkey/backchannel`)).status, 405);
    assert.equal((await deliverEvent(signedByStranger({ typ: 'secevent+jwt', kid }, claims))).status, 400);
    assert.equal(await stage.sessionsOf('bert'), 1);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'bert');
    await page.context().close();
  });

  it('of another issuer than the one that is set is refused', async () => {
    const { status } = await deliverLogout(issuer.logoutToken(stage.clientId, { sub: ada }));
    assert.ok([400, 503].includes(status), 'its key is unknown, or could not be looked up just now');
  });

  describe('once its issuer is the one that is set', () => {
    before(() => stage.blog.configure({ LATCHKEY_ISSUER: issuer.issuer }));

    it('is taken once: a token that comes again is refused', async () => {
      const token = issuer.logoutToken(stage.clientId, { sub: ada });
      assert.deepEqual([(await deliverLogout(token)).status, (await deliverLogout(token)).status], [200, 400]);
      const nonce = issuer.logoutToken(stage.clientId, { sub: ada, nonce: 'n' });
      assert.equal((await deliverLogout(nonce)).status, 400);
      assert.equal((await deliverLogout(issuer.logoutToken('somebody-else', { sub: ada }))).status, 400);
      const old = Math.floor(Date.now() / 1000) - 3600;
      assert.equal(
        (await deliverLogout(issuer.logoutToken(stage.clientId, { sub: ada, iat: old, exp: old + 120 }))).status,
        400,
      );
    });

    it('changes name and address of whom it is about, and of nobody else', async () => {
      await linkUser('ada', ada);
      const news = { name: 'Ada Lovelace', email: 'ada@example.org', email_verified: true, profile_version: 3 };
      const change = (claims: object, sub = ada) =>
        issuer.event(stage.clientId, sub, `${caep}token-claims-change`, { claims });
      assert.equal((await deliverEvent(change(news))).status, 202);
      const [user] = await stage.users('ada');
      assert.deepEqual([user?.name, user?.email], ['Ada Lovelace', 'ada@example.org']);
      assert.equal((await deliverEvent(change({ name: 'Older', profile_version: 2 }))).status, 202);
      assert.equal((await deliverEvent(change({ name: 'Stranger' }, 'nobody'))).status, 202);
      assert.equal((await stage.users('ada'))[0]?.name, 'Ada Lovelace');
      assert.deepEqual(await stage.blog.mails(), []);
    });

    it('leaves a linked user no way in but the issuer, and an application password', async () => {
      assert.equal((await login('ada')).status, 200, 'the local password counts for nothing');
      assert.equal((await login('bob')).status, 302, 'that of others does');
      assert.equal((await login('admin', administratorPassword)).status, 302);
      const password = await applicationPassword('ada');
      assert.equal(await asks('ada', password), 200);
      assert.match(await asksByXmlRpc('ada', userPassword), /<fault>/);
      const mailsBefore = (await stage.blog.mails()).length;
      const form = { user_login: 'ada', 'wp-submit': 'x' };
      await stage.request(`${origin}/wp-login.php?action=lostpassword`, { form });
      assert.equal((await stage.blog.mails()).length, mailsBefore);
    });

    it('shuts out whom it disables, application passwords and XML-RPC too, until it enables them', async () => {
      const before = await applicationPassword('ada');
      assert.equal((await deliverEvent(issuer.event(stage.clientId, ada, `${risc}account-disabled`))).status, 202);
      assert.equal(await asks('ada', before), 401);
      const another = await applicationPassword('ada');
      assert.equal(await asks('ada', another), 401);
      assert.match(await asksByXmlRpc('ada', another), /<fault>/);
      assert.equal((await login('ada')).status, 200);
      const later = { toe: Math.floor(Date.now() / 1000) + 5 };
      assert.equal(
        (await deliverEvent(issuer.event(stage.clientId, ada, `${risc}account-enabled`, {}, later))).status,
        202,
      );
      assert.equal(await asks('ada', another), 200);
    });

    it('keeps what somebody wrote when it purges them, and nothing else', async () => {
      await stage.blog.php(
        `$id = get_user_by('login', 'ada')->ID; update_user_meta($id, 'description', 'I count');
        wp_insert_post(['post_title' => 'On engines', 'post_status' => 'publish', 'post_author' => $id]);`,
      );
      assert.equal((await deliverEvent(issuer.event(stage.clientId, ada, `${risc}account-purged`))).status, 202);
      const [user] = await stage.users('ada');
      assert.equal(user?.name, 'ada');
      assert.match(user?.email ?? '', /@latchkey\.invalid$/);
      const left = `$id = get_user_by('login', 'ada')->ID;
        echo count_user_posts($id), '|', get_user_meta($id, 'description', true), '|', count(WP_Application_Passwords::get_user_application_passwords($id));`;
      assert.equal(await stage.blog.php(left), '1||0');
    });
  });
});
