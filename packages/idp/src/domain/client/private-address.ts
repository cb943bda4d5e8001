import { accepted, refused, type Checked } from '../account/checked.ts';

const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * Checks one exception from "outgoing calls reach no private address": `HOST:PORT`, HOST a name, an IPv4 address or an
 * IPv6 address in brackets. It is kept as `privateAddressOf` writes it, so that both compare as strings.
 */
export function checkPrivateAddress(address: string): Checked<'ERR_PRIVATE_ADDRESS'> {
  const [, host, port] = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]+):([1-9]\d{0,4})$/.exec(address) ?? [];
  const url = host !== undefined && Number(port) <= 65_535 ? URL.parse(`http://${host}`) : null;
  // The parser reads 0x7f.1 as 127.0.0.1; a name that it changes is not the name that it seems to be.
  const isPlain =
    url && (url.hostname.startsWith('[') || (host?.toLowerCase() === url.hostname && hostName.test(url.hostname)));
  return isPlain
    ? accepted(`${url.hostname}:${port}`)
    : refused(
        'ERR_PRIVATE_ADDRESS',
        'a private address must be written HOST:PORT, such as 127.0.0.1:4000 or [::1]:4000',
      );
}

/** Host and port that a call to this URL reaches, in the form of the exceptions. */
export const privateAddressOf = (url: URL): string =>
  `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
