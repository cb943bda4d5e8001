import { checkClientId } from '../client/client-id.ts';
import { ApplicationError } from './application-error.ts';

/**
 * The client id of an application that was given none: its host, and what else tells it from its neighbours there. So
 * connecting it again finds its client, and two blogs have two.
 * @throws {ApplicationError} `ERR_CLIENT_ID_NEEDED` where that makes no client id
 */
export function defaultClientId(home: URL): string {
  const path = home.pathname.split('/').filter((segment) => segment !== '');
  const clientId = [home.hostname, ...(home.port === '' ? [] : [home.port]), ...path].join('-');
  if (checkClientId(clientId).problem) {
    throw new ApplicationError('ERR_CLIENT_ID_NEEDED', 'this address makes no client id: choose one with --id');
  }
  return clientId;
}
