import type { AdapterPayload } from 'oidc-provider';
import type { ClientStore } from '../../domain/client/client-store.ts';
import { toClientMetadata } from '../client-metadata.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/** Clients; a disabled one is as good as unknown. */
export class ClientAdapter extends UnusedAdapter {
  readonly #clients: ClientStore;

  constructor(clients: ClientStore) {
    super('Client');
    this.#clients = clients;
  }

  override async find(clientId: string): Promise<AdapterPayload | undefined> {
    const client = await this.#clients.find(clientId);
    return client === undefined || client.disabledAt !== undefined ? undefined : toClientMetadata(client);
  }
}
