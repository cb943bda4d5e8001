import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { recent, useCommandLine } from './command-line.ts';

const uri = 'https://wiki.example.org/callback';

describe('latchkey client', () => {
  const { database, run, json } = useCommandLine();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('add --json answers the names of RFC 7591 and the secret', async () => {
    const {
      client_secret: secret,
      client_id_issued_at: issuedAt,
      updated_at: updatedAt,
      ...rest
    } = await json([
      'client',
      'add',
      '--id',
      'wiki',
      '--name',
      'Wiki',
      '--redirect-uri',
      uri,
      `${uri}?a=1`,
      '--redirect-uri',
      'https://wiki.example.net/',
      '--post-logout-redirect-uri',
      'https://wiki.example.org/',
      '--backchannel-logout-uri',
      'http://127.0.0.1:4000/logout',
      '--allow-private-address',
      '127.0.0.1:4000',
      '--trusted',
      '--no-pkce',
      '--id-token-alg',
      'ES256',
      '--scope',
      'openid groups notes:read',
      '--auth-method',
      'client_secret_post',
      '--client-uri',
      'https://wiki.example.org/',
      '--dpop',
      '--require-par',
      '--resource',
      'https://wiki.example.org/api',
      '--resource-scope',
      'wiki:read wiki:write',
    ]);
    assert.match(String(secret), /^lks_/);
    assert.ok(recent(issuedAt) && recent(updatedAt));
    assert.deepEqual(rest, {
      client_id: 'wiki',
      client_secret_expires_at: 0,
      client_name: 'Wiki',
      client_uri: 'https://wiki.example.org/',
      application_type: 'web',
      redirect_uris: [uri, `${uri}?a=1`, 'https://wiki.example.net/'],
      post_logout_redirect_uris: ['https://wiki.example.org/'],
      backchannel_logout_uri: 'http://127.0.0.1:4000/logout',
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'openid groups notes:read',
      id_token_signed_response_alg: 'ES256',
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
      pkce_required: false,
      trusted: true,
      private_addresses: ['127.0.0.1:4000'],
      resource: 'https://wiki.example.org/api',
      resource_scope: 'wiki:read wiki:write',
      disabled: false,
    });
  });

  it('add tells people the secret and that it is shown once; show and list never tell it', async () => {
    const added = await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
    const secret = /lks_[\w-]+/.exec(added)?.[0] ?? assert.fail(added);
    assert.match(
      added,
      /^Client wiki was registered\.\n\n  Client id {2,}wiki\n  Client secret {2,}lks_\S+ {3}\(shown once: keep it now\)\n/,
    );
    for (const argv of [
      ['client', 'show', 'wiki'],
      ['client', 'list'],
    ]) {
      for (const output of [await run(argv), await run([...argv, '--json'])]) {
        assert.doesNotMatch(output, /secret(?!_basic)/);
        assert.ok(!output.includes(secret));
      }
    }
  });

  it('add makes native, public and keyed clients', async () => {
    const native = await json([
      'client',
      'add',
      '--id',
      'app',
      '--name',
      'App',
      '--native',
      '--redirect-uri',
      'com.example.app:/callback',
    ]);
    assert.deepEqual(
      [native['application_type'], native['token_endpoint_auth_method'], native['client_secret']],
      ['native', 'none', undefined],
    );
    const open = await json(['client', 'add', '--id', 'spa', '--name', 'Spa', '--public', '--redirect-uri', uri]);
    assert.deepEqual(
      [open['application_type'], open['token_endpoint_auth_method'], open['pkce_required']],
      ['web', 'none', true],
    );
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [key] }));
    const argv = [
      'client',
      'add',
      '--id',
      'keyed',
      '--name',
      'Keyed',
      '--redirect-uri',
      uri,
      '--auth-method',
      'private_key_jwt',
    ];
    const keyed = await json([...argv, '--jwks', join(folder, 'keys.json')]);
    assert.deepEqual([keyed['jwks'], keyed['client_secret']], [{ keys: [key] }, undefined]);
    assert.match(await run(['client', 'show', 'keyed']), /Keys {2,}1 public key\n/);
  });

  it('list stands out those without PKCE', async () => {
    assert.equal(await run(['client', 'list']), 'There are no clients.\n');
    await run(['client', 'add', '--id', 'wiki', '--name', 'Größe', '--redirect-uri', uri, '--trusted']);
    await run(['client', 'add', '--id', 'old-plugin', '--name', 'Plugin', '--redirect-uri', uri, '--no-pkce']);
    await run(['client', 'disable', 'wiki']);
    assert.deepEqual((await run(['client', 'list'])).split('\n'), [
      'CLIENT ID   NAME    AUTHENTICATION       TRUSTED  PKCE          DISABLED',
      'old-plugin  Plugin  client_secret_basic  no       NOT REQUIRED  no',
      'wiki        Größe   client_secret_basic  yes      required      yes',
      '',
    ]);
    const { clients } = await json(['client', 'list']);
    assert.deepEqual(
      (clients as { client_id: string }[]).map(({ client_id: id }) => id),
      ['old-plugin', 'wiki'],
    );
  });

  it('update changes and clears, and leaves what it is not told', async () => {
    await run([
      'client',
      'add',
      '--id',
      'wiki',
      '--name',
      'Wiki',
      '--redirect-uri',
      uri,
      '--trusted',
      '--no-pkce',
      '--post-logout-redirect-uri',
      uri,
      '--client-uri',
      uri,
    ]);
    const before = await json(['client', 'show', 'wiki']);
    const after = await json([
      'client',
      'update',
      'wiki',
      '--no-trusted',
      '--pkce',
      '--no-post-logout-redirect-uri',
      '--no-client-uri',
      '--name',
      'The wiki',
    ]);
    const { client_uri: _, ...kept } = before;
    assert.deepEqual(after, {
      ...kept,
      trusted: false,
      pkce_required: true,
      post_logout_redirect_uris: [],
      client_name: 'The wiki',
      updated_at: after['updated_at'],
    });
  });

  it('update --public takes the secret away, and a method with a secret gives a new one', async () => {
    await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
    assert.equal((await json(['client', 'update', 'wiki', '--public']))['client_secret'], undefined);
    assert.match(
      await run(['client', 'update', 'wiki', '--auth-method', 'client_secret_basic']),
      /lks_\S+ {3}\(shown once/,
    );
  });

  it('rotate-secret, disable, enable and remove say what they did', async () => {
    await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
    assert.match(
      await run(['client', 'rotate-secret', 'wiki']),
      /^Client wiki has a new secret\.\n\n  Client id {2,}wiki\n  Client secret {2,}lks_\S+ {3}\(shown once: keep it now\)\n$/,
    );
    assert.match(String((await json(['client', 'rotate-secret', 'wiki']))['client_secret']), /^lks_/);
    assert.equal(await run(['client', 'disable', 'wiki']), 'Client wiki is disabled.\n');
    assert.equal((await json(['client', 'show', 'wiki']))['disabled'], true);
    assert.equal(await run(['client', 'enable', 'wiki']), 'Client wiki is enabled.\n');
    assert.deepEqual(await json(['client', 'remove', 'wiki']), {
      client_id: 'wiki',
      client_name: 'Wiki',
      removed: true,
    });
    assert.equal(await run(['client', 'list']), 'There are no clients.\n');
  });

  it('records every change as the command line’s', async () => {
    await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
    await run(['client', 'disable', 'wiki']);
    assert.deepEqual(await database().knex('security_events').orderBy('id').select('event', 'actor', 'client_id'), [
      { event: 'client.added', actor: 'command-line', client_id: 'wiki' },
      { event: 'client.disabled', actor: 'command-line', client_id: 'wiki' },
    ]);
  });
});
