import { isLoopbackHost } from '../client/loopback-host.ts';
import { readUri } from '../client/uri.ts';
import { accepted, refused, type Checked } from './checked.ts';

/** Checks the address of a picture (claim `picture`): https, or http on loopback, where development happens. */
export function checkPicture(picture: string): Checked<'ERR_PICTURE_INVALID'> {
  const uri = readUri(picture);
  if (uri.fault) return refused('ERR_PICTURE_INVALID', `the picture URL ${uri.fault.message}`);
  const { protocol, hostname } = uri.url;
  if (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))) return accepted(picture);
  return refused('ERR_PICTURE_INVALID', 'the picture URL must be https (http only on loopback)');
}
