import type { ApplicationKind } from '@latchkey/application-kind';
import { isLoopbackHost } from '../client/loopback-host.ts';
import { readUri } from '../client/uri.ts';
import { ApplicationError } from './application-error.ts';

/**
 * Reads where an application lives: https, or http on loopback, with or without a path, as the application itself writes it.
 * A slash at the end does not count.
 * @throws {ApplicationError} `ERR_APPLICATION_URL`
 */
export function readApplicationHome(text: string, kind: Pick<ApplicationKind, 'homeFault'>): URL {
  const refuse = (fault: string): ApplicationError =>
    new ApplicationError(
      'ERR_APPLICATION_URL',
      `the address ${JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)} ${fault}`,
    );
  const uri = readUri(text);
  if (uri.fault) {
    const { code, message } = uri.fault;
    throw refuse(code === 'relative' ? 'must begin with https://, as https://blog.example.org does' : message);
  }
  const { url } = uri;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    throw refuse('must be https (http only on loopback)');
  }
  if (text.includes('?')) throw refuse('must not have a query (?)');
  if (url.pathname.includes('//') || url.pathname.includes('*')) throw refuse('must have a plain path');
  const home = new URL(url.pathname.replace(/\/$/, '') || '/', url);
  const fault = kind.homeFault(home);
  if (fault !== undefined) throw refuse(fault);
  return home;
}
