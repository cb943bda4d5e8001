import { AsyncLocalStorage } from 'node:async_hooks';
import { Provider } from 'oidc-provider';
import { privateAddressesOf } from './client-metadata.ts';

const storage = new AsyncLocalStorage<readonly string[]>();

/** Runs work during which outgoing calls may reach these `HOST:PORT` pairs although they are private. */
export const withPrivateAddresses = <T>(addresses: readonly string[], work: () => T): T => storage.run(addresses, work);

/** The exceptions for a call that is made now: those set around it, else those of the client of the request (jwks_uri). */
export const currentPrivateAddresses = (): readonly string[] => {
  const client = Provider.ctx?.oidc.client;
  return storage.getStore() ?? (client ? privateAddressesOf(client) : []);
};
