import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ClientError } from '../../src/domain/client/client-error.ts';
import { ManageClients } from '../../src/domain/client/manage-clients.ts';
import type { ClientRegistration } from '../../src/domain/client/register-client.ts';
import { KnexClientStore } from '../../src/storage/knex-client-store.ts';
import { KnexTransactions } from '../../src/storage/knex-transactions.ts';
import { eachDatabase, type TestDatabase } from '../support/test-database.ts';

const by = { actor: 'command-line' };
const wiki: ClientRegistration = {
  clientId: 'wiki',
  clientName: 'Wiki',
  redirectUris: ['https://wiki.example.org/callback'],
};
const notes: ClientRegistration = {
  clientId: 'notes-api',
  clientName: 'Notes',
  redirectUris: [],
  resource: 'https://notes.example.org/api',
  resourceScope: 'notes:read',
};
const notFound = { name: 'ClientError', code: 'ERR_CLIENT_NOT_FOUND' };
const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const publicJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

eachDatabase((kind, open) => {
  let database: TestDatabase;
  let clients: ManageClients;
  let store: KnexClientStore;
  before(async () => {
    database = await open();
    store = new KnexClientStore(database.knex);
    clients = new ManageClients({ transactions: new KnexTransactions(database.knex), hashClientSecret: hash });
  });
  beforeEach(() => database.reset());
  after(() => database.close());

  const events = async (): Promise<readonly string[]> =>
    database.knex('security_events').orderBy('id').pluck<string[]>('event');
  const lastDetails = async (): Promise<unknown> => {
    const event: { details: unknown } = await database.knex('security_events').orderBy('id', 'desc').first();
    return event.details;
  };

  describe('ManageClients.add', () => {
    it('keeps what it was told, gives a secret once and stores only its hash', async () => {
      const { client, clientSecret } = await clients.add(
        {
          ...wiki,
          postLogoutRedirectUris: ['https://wiki.example.org/?left=1'],
          backchannelLogoutUri: 'http://127.0.0.1:4000/logout',
          privateAddresses: ['127.0.0.1:4000'],
          scope: 'openid groups notes:read offline_access',
          idTokenSignedResponseAlg: 'ES256',
          trusted: true,
          dpopBoundAccessTokens: true,
          requirePushedAuthorizationRequests: true,
          clientUri: 'https://wiki.example.org/',
          resource: 'https://wiki.example.org/api',
          resourceScope: 'wiki:read',
        },
        by,
      );
      assert.match(clientSecret ?? '', /^lks_[A-Za-z0-9_-]{43}$/);
      const { createdAt, updatedAt, secretHash, ...rest } = client;
      assert.ok(createdAt && updatedAt);
      assert.deepEqual(Buffer.from(secretHash ?? ''), hash(clientSecret ?? ''));
      assert.deepEqual(rest, {
        clientId: 'wiki',
        clientName: 'Wiki',
        tokenEndpointAuthMethod: 'client_secret_basic',
        applicationType: 'web',
        redirectUris: ['https://wiki.example.org/callback'],
        postLogoutRedirectUris: ['https://wiki.example.org/?left=1'],
        backchannelLogoutUri: 'http://127.0.0.1:4000/logout',
        scope: 'openid groups notes:read offline_access',
        idTokenSignedResponseAlg: 'ES256',
        trusted: true,
        pkceRequired: true,
        dpopBoundAccessTokens: true,
        requirePushedAuthorizationRequests: true,
        privateAddresses: ['127.0.0.1:4000'],
        jwks: undefined,
        jwksUri: undefined,
        clientUri: 'https://wiki.example.org/',
        resource: 'https://wiki.example.org/api',
        resourceScope: 'wiki:read',
        disabledAt: undefined,
      });
      assert.deepEqual(await store.find('wiki'), client);
      assert.deepEqual(await store.findByResource('https://wiki.example.org/api'), client);
      assert.deepEqual(await events(), ['client.added']);
      const dump =
        JSON.stringify(await database.knex('clients')) + JSON.stringify(await database.knex('security_events'));
      assert.ok(!dump.includes(clientSecret ?? ''));
    });

    it('gives every client another secret', async () => {
      const one = await clients.add(wiki, by);
      const two = await clients.add({ ...wiki, clientId: 'blog' }, by);
      assert.notEqual(one.clientSecret, two.clientSecret);
    });

    it('gives no secret to public clients and to those with keys', async () => {
      const open = await clients.add({ ...wiki, tokenEndpointAuthMethod: 'none' }, by);
      assert.deepEqual([open.clientSecret, open.client.secretHash], [undefined, undefined]);
      const jwks = { keys: [publicJwk] };
      const keyed = await clients.add(
        { ...wiki, clientId: 'blog', tokenEndpointAuthMethod: 'private_key_jwt', jwks },
        by,
      );
      assert.equal(keyed.clientSecret, undefined);
      assert.deepEqual(keyed.client.jwks, jwks);
    });

    it('refuses what is wrong and writes nothing', async () => {
      const error = await clients.add({ ...wiki, clientId: '', redirectUris: ['x'] }, by).then(
        () => assert.fail(),
        (reason: ClientError) => reason,
      );
      assert.equal(error.code, 'ERR_CLIENT_INVALID');
      assert.deepEqual(
        error.problems.map(({ code }) => code),
        ['ERR_CLIENT_ID', 'ERR_REDIRECT_URI'],
      );
      assert.deepEqual([await clients.list(), await events()], [[], []]);
    });

    it('refuses a client id and an API that are taken', async () => {
      await clients.add(wiki, by);
      await clients.add(notes, by);
      await assert.rejects(clients.add(wiki, by), { name: 'ClientError', code: 'ERR_CLIENT_ID_TAKEN' });
      await assert.rejects(clients.add({ ...notes, clientId: 'other' }, by), {
        name: 'ClientError',
        code: 'ERR_RESOURCE_TAKEN',
      });
      assert.deepEqual(await events(), ['client.added', 'client.added']);
    });
  });

  describe('ManageClients.show and list', () => {
    it('find clients, disabled ones too', async () => {
      const { client } = await clients.add(wiki, by);
      await clients.add({ ...wiki, clientId: 'blog' }, by);
      await clients.disable('blog', by);
      assert.deepEqual(await clients.show('wiki'), client);
      assert.deepEqual(
        (await clients.list()).map(({ clientId, disabledAt }) => [clientId, disabledAt !== undefined]),
        [
          ['blog', true],
          ['wiki', false],
        ],
      );
    });

    it('do not find what is not there', async () => {
      await clients.add(wiki, by);
      for (const clientId of ['', 'WIKI', 'wiki ', 'wiki\0', '%']) {
        await assert.rejects(clients.show(clientId), notFound, JSON.stringify(clientId));
      }
      assert.equal(await store.findByResource('https://notes.example.org/\0'), undefined);
    });
  });

  describe('ManageClients.update', () => {
    it('changes what it is told, keeps the rest and the secret, and says which fields changed', async () => {
      const { client: before } = await clients.add(
        { ...wiki, backchannelLogoutUri: 'https://wiki.example.org/logout' },
        by,
      );
      const { client, clientSecret } = await clients.update(
        'wiki',
        { redirectUris: ['https://wiki.example.net/callback'], backchannelLogoutUri: null, trusted: true },
        by,
      );
      assert.equal(clientSecret, undefined);
      assert.ok(client.updatedAt >= before.updatedAt);
      assert.deepEqual(client, {
        ...before,
        redirectUris: ['https://wiki.example.net/callback'],
        backchannelLogoutUri: undefined,
        trusted: true,
        updatedAt: client.updatedAt,
      });
      assert.deepEqual(await lastDetails(), { changed: ['redirectUris', 'backchannelLogoutUri', 'trusted'] });
    });

    it('writes nothing where nothing changes', async () => {
      const { client } = await clients.add(
        { ...wiki, tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [publicJwk] } },
        by,
      );
      assert.deepEqual((await clients.update('wiki', { clientName: 'Wiki', trusted: false }, by)).client, client);
      assert.deepEqual(await events(), ['client.added']);
    });

    it('judges the client as a whole', async () => {
      await clients.add({ ...wiki, pkceRequired: false }, by);
      await assert.rejects(clients.update('wiki', { tokenEndpointAuthMethod: 'none' }, by), {
        code: 'ERR_CLIENT_INVALID',
        message: /PKCE/,
      });
      await assert.rejects(clients.update('wiki', { redirectUris: [] }, by), { code: 'ERR_CLIENT_INVALID' });
      await clients.update(
        'wiki',
        { privateAddresses: ['127.0.0.1:4000'], backchannelLogoutUri: 'http://127.0.0.1:4000/' },
        by,
      );
      await assert.rejects(clients.update('wiki', { privateAddresses: [] }, by), { code: 'ERR_CLIENT_INVALID' });
    });

    it('forgets a secret that is no longer used, and makes a new one when it is needed again', async () => {
      const added = await clients.add(wiki, by);
      const open = await clients.update('wiki', { tokenEndpointAuthMethod: 'none' }, by);
      assert.deepEqual([open.clientSecret, open.client.secretHash], [undefined, undefined]);
      const again = await clients.update('wiki', { tokenEndpointAuthMethod: 'client_secret_post' }, by);
      assert.ok(again.clientSecret);
      assert.notEqual(again.clientSecret, added.clientSecret);
      assert.deepEqual(Buffer.from(again.client.secretHash ?? ''), hash(again.clientSecret));
      const other = await clients.update('wiki', { tokenEndpointAuthMethod: 'client_secret_basic' }, by);
      assert.equal(other.clientSecret, undefined);
      assert.deepEqual(other.client.secretHash, again.client.secretHash);
    });

    it('lets keys go with their method, and an address replace them', async () => {
      const jwks = { keys: [publicJwk] };
      await clients.add(wiki, by);
      await assert.rejects(clients.update('wiki', { tokenEndpointAuthMethod: 'private_key_jwt' }, by), {
        code: 'ERR_CLIENT_INVALID',
      });
      const keyed = await clients.update('wiki', { tokenEndpointAuthMethod: 'private_key_jwt', jwks }, by);
      assert.deepEqual([keyed.client.jwks, keyed.client.secretHash], [jwks, undefined]);
      const renamed = await clients.update('wiki', { clientName: 'The wiki' }, by);
      assert.deepEqual(renamed.client.jwks, jwks);
      const moved = await clients.update('wiki', { jwksUri: 'https://wiki.example.org/jwks' }, by);
      assert.deepEqual([moved.client.jwks, moved.client.jwksUri], [undefined, 'https://wiki.example.org/jwks']);
      const back = await clients.update('wiki', { tokenEndpointAuthMethod: 'client_secret_basic' }, by);
      assert.deepEqual([back.client.jwks, back.client.jwksUri], [undefined, undefined]);
      assert.ok(back.clientSecret);
    });

    it('lets the scopes of an API go with it, and refuses an API that is another’s', async () => {
      await clients.add(notes, by);
      await clients.add(wiki, by);
      const taken = { name: 'ClientError', code: 'ERR_RESOURCE_TAKEN' };
      await assert.rejects(
        clients.update('wiki', { resource: notes.resource, resourceScope: 'notes:read' }, by),
        taken,
      );
      assert.equal((await clients.show('wiki')).resource, undefined);
      await clients.update('notes-api', { resource: null, redirectUris: wiki.redirectUris }, by);
      assert.equal((await clients.show('notes-api')).resourceScope, undefined);
      assert.equal(
        (await clients.update('wiki', { resource: notes.resource, resourceScope: 'notes:read' }, by)).client.resource,
        notes.resource,
      );
    });

    it('does not find what is not there', async () => {
      await assert.rejects(clients.update('wiki', { clientName: 'x' }, by), notFound);
    });

    if (kind === 'postgresql') {
      it('keeps every one of several changes at the same time', async () => {
        await clients.add(wiki, by);
        await Promise.all([
          clients.update('wiki', { clientName: 'The wiki' }, by),
          clients.update('wiki', { trusted: true }, by),
          clients.update('wiki', { scope: 'openid' }, by),
          clients.update('wiki', { idTokenSignedResponseAlg: 'ES256' }, by),
        ]);
        const { clientName, trusted, scope, idTokenSignedResponseAlg } = await clients.show('wiki');
        assert.deepEqual([clientName, trusted, scope, idTokenSignedResponseAlg], ['The wiki', true, 'openid', 'ES256']);
      });
    }
  });

  describe('ManageClients.rotateSecret, disable, enable and remove', () => {
    it('rotateSecret makes the old secret void at once', async () => {
      const before = await clients.add(wiki, by);
      const after = await clients.rotateSecret('wiki', by);
      assert.notEqual(after.clientSecret, before.clientSecret);
      assert.deepEqual(Buffer.from(after.client.secretHash ?? ''), hash(after.clientSecret ?? ''));
      assert.deepEqual(await events(), ['client.added', 'client.secret_rotated']);
    });

    it('rotateSecret refuses a client that has no secret', async () => {
      await clients.add({ ...wiki, tokenEndpointAuthMethod: 'none' }, by);
      await assert.rejects(clients.rotateSecret('wiki', by), {
        name: 'ClientError',
        code: 'ERR_CLIENT_WITHOUT_SECRET',
      });
    });

    it('disable and enable are recorded once each', async () => {
      await clients.add(wiki, by);
      const disabled = await clients.disable('wiki', by);
      assert.ok(disabled.disabledAt);
      assert.deepEqual((await clients.disable('wiki', by)).disabledAt, disabled.disabledAt);
      assert.equal((await clients.enable('wiki', by)).disabledAt, undefined);
      await clients.enable('wiki', by);
      assert.deepEqual(await events(), ['client.added', 'client.disabled', 'client.enabled']);
    });

    it('remove takes everything along that the client holds, and answers the client as it was', async () => {
      const { client } = await clients.add(wiki, by);
      await database.knex('accounts').insert({ id: 'alice', username: 'alice' });
      await database.knex('consents').insert({ account_id: 'alice', client_id: 'wiki', scope: 'openid' });
      await database.knex('grants').insert({ id: 'grant', client_id: 'wiki', account_id: 'alice' });
      assert.deepEqual(await clients.remove('wiki', by), client);
      assert.deepEqual(await database.knex('consents'), []);
      assert.deepEqual(await database.knex('grants'), []);
      assert.deepEqual(await clients.list(), []);
      assert.deepEqual(await events(), ['client.added', 'client.removed']);
      assert.equal((await clients.add(wiki, by)).client.clientId, 'wiki');
    });

    it('do not find what is not there', async () => {
      for (const verb of ['rotateSecret', 'disable', 'enable', 'remove'] as const) {
        await assert.rejects(clients[verb]('wiki', by), notFound);
      }
    });
  });
});
