import { isDeepStrictEqual } from 'node:util';
import type { SecurityEvent, SecurityEventName } from '../security-event/security-event.ts';
import type { Stores, Transactions } from '../transactions.ts';
import { changedRegistration, type ClientChange } from './client-change.ts';
import { ClientError } from './client-error.ts';
import { newClientSecret } from './client-secret.ts';
import type { Client } from './client.ts';
import { hasSecret, registerClient, type ClientMetadata, type ClientRegistration } from './register-client.ts';

/** Who asks for a change, as its security event will say. */
type ChangedBy = Pick<SecurityEvent, 'actor' | 'network'>;

/** A client and, where one was made, its new secret: the only time that anybody sees it. */
export interface ClientWithSecret {
  readonly client: Client;
  readonly clientSecret: string | undefined;
}

export interface ManageClientsOptions {
  readonly transactions: Transactions;
  /** The keyed hash as which a secret is stored. */
  readonly hashClientSecret: (secret: string) => Buffer;
}

/** What an administrator does with clients. Every change commits together with its security event. */
export class ManageClients {
  readonly #transactions: Transactions;
  readonly #hashClientSecret: (secret: string) => Buffer;

  constructor(options: ManageClientsOptions) {
    this.#transactions = options.transactions;
    this.#hashClientSecret = options.hashClientSecret;
  }

  /** @throws {ClientError} `ERR_CLIENT_INVALID` with every problem, `ERR_CLIENT_ID_TAKEN`, `ERR_RESOURCE_TAKEN` */
  async add(registration: ClientRegistration, by: ChangedBy): Promise<ClientWithSecret> {
    const metadata = validated(registration);
    const clientSecret = hasSecret(metadata.tokenEndpointAuthMethod) ? newClientSecret() : undefined;
    const secretHash = clientSecret === undefined ? undefined : this.#hashClientSecret(clientSecret);
    return this.#transactions.run(async (stores) => {
      if (!(await stores.clients.insert({ ...metadata, secretHash }))) {
        const sameId = await stores.clients.find(metadata.clientId);
        throw new ClientError(sameId ? 'ERR_CLIENT_ID_TAKEN' : 'ERR_RESOURCE_TAKEN');
      }
      const client = present(await stores.clients.find(metadata.clientId));
      await record(stores, 'client.added', client, by, {
        trusted: client.trusted,
        pkceRequired: client.pkceRequired,
        tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
      });
      return { client, clientSecret };
    });
  }

  /** By client id; disabled ones too. */
  async list(): Promise<readonly Client[]> {
    return this.#transactions.run((stores) => stores.clients.list());
  }

  /** @throws {ClientError} `ERR_CLIENT_NOT_FOUND` */
  async show(clientId: string): Promise<Client> {
    return this.#transactions.run(async (stores) => present(await stores.clients.find(clientId)));
  }

  /**
   * Changes what the change names and judges the client as a whole. A client that comes to need a secret gets a new one.
   * @throws {ClientError} `ERR_CLIENT_NOT_FOUND`, `ERR_CLIENT_INVALID` with every problem, `ERR_RESOURCE_TAKEN`
   */
  async update(clientId: string, change: ClientChange, by: ChangedBy): Promise<ClientWithSecret> {
    return this.#transactions.run(async (stores) => {
      const before = present(await stores.clients.findForUpdate(clientId));
      const metadata = validated(changedRegistration(before, change));
      const changed = changedFields(before, metadata);
      if (changed.length === 0) return { client: before, clientSecret: undefined };
      if (!(await stores.clients.update(metadata))) throw new ClientError('ERR_RESOURCE_TAKEN');
      const clientSecret = await this.#secretAfter(stores, before, metadata);
      const client = present(await stores.clients.find(clientId));
      await record(stores, 'client.updated', client, by, { changed });
      return { client, clientSecret };
    });
  }

  /** @throws {ClientError} `ERR_CLIENT_NOT_FOUND`, `ERR_CLIENT_WITHOUT_SECRET` */
  async rotateSecret(clientId: string, by: ChangedBy): Promise<ClientWithSecret> {
    return this.#transactions.run(async (stores) => {
      const { tokenEndpointAuthMethod } = present(await stores.clients.findForUpdate(clientId));
      if (!hasSecret(tokenEndpointAuthMethod)) throw new ClientError('ERR_CLIENT_WITHOUT_SECRET');
      const clientSecret = newClientSecret();
      await stores.clients.setSecretHash(clientId, this.#hashClientSecret(clientSecret));
      const client = present(await stores.clients.find(clientId));
      await record(stores, 'client.secret_rotated', client, by);
      return { client, clientSecret };
    });
  }

  /** The provider refuses a disabled client and every token it holds, until it is enabled again. */
  async disable(clientId: string, by: ChangedBy): Promise<Client> {
    return this.#setDisabled(clientId, true, by);
  }

  async enable(clientId: string, by: ChangedBy): Promise<Client> {
    return this.#setDisabled(clientId, false, by);
  }

  /** Everything the client holds goes with it. Answers the client as it was. */
  async remove(clientId: string, by: ChangedBy): Promise<Client> {
    return this.#transactions.run(async (stores) => {
      const client = present(await stores.clients.findForUpdate(clientId));
      await stores.clients.remove(clientId);
      await record(stores, 'client.removed', client, by);
      return client;
    });
  }

  async #setDisabled(clientId: string, disabled: boolean, by: ChangedBy): Promise<Client> {
    return this.#transactions.run(async (stores) => {
      const before = present(await stores.clients.findForUpdate(clientId));
      if ((before.disabledAt !== undefined) === disabled) return before;
      const client = present(await stores.clients.setDisabled(clientId, disabled));
      await record(stores, disabled ? 'client.disabled' : 'client.enabled', client, by);
      return client;
    });
  }

  /** A secret that is no longer used is forgotten, so that it is not good again should the method ever come back. */
  async #secretAfter(stores: Stores, before: Client, after: ClientMetadata): Promise<string | undefined> {
    const hadSecret = hasSecret(before.tokenEndpointAuthMethod);
    const needsSecret = hasSecret(after.tokenEndpointAuthMethod);
    if (hadSecret === needsSecret) return undefined;
    const clientSecret = needsSecret ? newClientSecret() : undefined;
    await stores.clients.setSecretHash(
      after.clientId,
      clientSecret === undefined ? undefined : this.#hashClientSecret(clientSecret),
    );
    return clientSecret;
  }
}

function validated(registration: ClientRegistration): ClientMetadata {
  const registered = registerClient(registration);
  if (registered.problems) throw new ClientError(registered.problems);
  return registered.client;
}

function present(client: Client | undefined): Client {
  if (!client) throw new ClientError('ERR_CLIENT_NOT_FOUND');
  return client;
}

const record = (
  { securityEvents }: Stores,
  event: SecurityEventName,
  client: Client,
  by: ChangedBy,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> => securityEvents.record({ ...by, event, clientId: client.clientId, details });

/** Which fields differ, by name. */
const changedFields = (before: Client, after: ClientMetadata): readonly string[] =>
  Object.entries(after)
    .filter(([field, value]) => !isDeepStrictEqual(value, before[field as keyof ClientMetadata]))
    .map(([field]) => field);
