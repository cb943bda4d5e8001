import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { password, redirectUri } from '../support/running-provider.ts';
import { signInForTokens, UserAgent } from '../support/user-agent.ts';
import { latchkey, latchkeyJson, makeFolder, startLatchkey, type Folder } from './latchkey-program.ts';

describe('the settings of the program', { timeout: 240_000 }, () => {
  let folder: Folder;
  before(async () => {
    folder = await makeFolder();
  });
  after(() => folder.remove());

  it('are read from .env in the working directory, by start and by every other verb; the environment wins', async () => {
    const cwd = await folder.fresh();
    const dataDir = await folder.migrated();
    const secretKey = join(cwd, 'key.txt');
    await writeFile(secretKey, `${randomBytes(32).toString('base64')}\n`);
    const dotEnv = [
      '# a comment',
      `DATA_DIR=${dataDir}`,
      `SECRET_KEY_FILE=${secretKey}`,
      'ORGANISATION_NAME="House of Dot Env"',
      "ACCENT_COLOUR='#123456'",
      'ISSUER=http://localhost:3998',
      'LOG_LEVEL=loud',
    ];
    await writeFile(join(cwd, '.env'), `${dotEnv.join('\n')}\n`);

    const refused = await latchkey({}, ['start'], { cwd });
    assert.deepEqual(
      [refused.code, refused.stderr],
      [3, 'latchkey: LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace\n'],
    );

    const started = await startLatchkey({ LOG_LEVEL: 'info', ORGANISATION_NAME: 'House of Env' }, { cwd });
    assert.equal(started.issuer, 'http://localhost:3998');
    const home = await new UserAgent(started, { port: started.port }).ask('/');
    assert.match(home.text, /House of Env/);
    assert.doesNotMatch(home.text, /House of Dot Env/);
    // Another verb finds the running provider by the same file.
    const { keys } = await latchkeyJson({ LOG_LEVEL: 'info' }, ['keys', 'list'], { cwd });
    assert.equal((keys as unknown[]).length, 2);
    await started.stop();
    assert.ok(!(await readdir(dataDir)).includes('secret.key'), 'the key is the one that was given');
  });

  it('name the line of a .env that is malformed, without its text', async () => {
    const cwd = await folder.fresh();
    await writeFile(join(cwd, '.env'), 'LOG_LEVEL=info\nSECRET_KEY hunter2\n');
    for (const argv of [['start'], ['account', 'list']]) {
      const { code, stderr } = await latchkey({}, argv, { cwd });
      assert.deepEqual([code, stderr], [3, 'latchkey: .env is malformed in line 2: expected NAME=value\n']);
    }
  });

  it('serve an https issuer behind a proxy that TRUST_PROXY names, and nobody past it', async () => {
    const settings = {
      DATA_DIR: await folder.migrated(),
      ISSUER: 'https://accounts.example.org',
      HOST: '127.0.0.1',
      TRUST_PROXY: '127.0.0.1',
      SESSION_HINT_DOMAIN: 'example.org',
    };
    const notes = ['client', 'add', '--id', 'notes', '--name', 'Notes', '--redirect-uri', redirectUri, '--trusted'];
    const client = (await latchkeyJson(settings, notes)) as { client_id: string; client_secret: string };
    const account = ['account', 'add', '--username', 'alice', '--email', 'alice@example.org', '--password-stdin'];
    await latchkeyJson(settings, account, { input: password });

    const started = await startLatchkey(settings);
    assert.equal(started.issuer, 'https://accounts.example.org');
    const agent = new UserAgent(started, { port: started.port, forwardedFor: '203.0.113.7' });
    const tokens = await signInForTokens(agent, client);
    const profile = await agent.ask('/profile', { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(profile.status, 200, profile.text);
    for (const name of ['__Host-latchkey-session', '__Host-latchkey-browser', '__Secure-latchkey-hint']) {
      assert.ok(agent.cookie(name), name);
    }
    const discovery = (await agent.ask('/.well-known/openid-configuration')).json();
    for (const [name, value] of Object.entries(discovery)) {
      if (/_endpoint$|^jwks_uri$|^issuer$/.test(name)) assert.match(String(value), /^https:\/\/accounts\.example\.org/);
    }

    for (const headers of [
      {},
      { host: 'accounts.example.org' },
      { host: 'accounts.example.org', 'x-forwarded-proto': 'http' },
      { host: 'evil.example.org', 'x-forwarded-proto': 'https' },
      { host: 'accounts.example.org', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example.org' },
    ]) {
      const direct = new UserAgent({ issuer: `http://127.0.0.1:${started.port}` });
      const answer = await direct.ask('/.well-known/openid-configuration', { headers });
      assert.equal(answer.status, 421, JSON.stringify(headers));
      assert.doesNotMatch(answer.text, /evil/);
    }
    const health = await fetch(`http://127.0.0.1:${started.port}/health/ready`);
    assert.equal(health.status, 200);
    await started.stop();
    const log = (await started.child.ended).lines.join('\n');
    assert.match(log, /"network":"203\.0\.113\.0\/24"/);
    assert.doesNotMatch(log, /203\.0\.113\.7/);
  });
});
