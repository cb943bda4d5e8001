import { isIP } from 'node:net';
import { parse as parseDomain } from 'tldts';
import type { Issuer } from './issuer.ts';
import { SettingError } from './setting-reader.ts';

/**
 * The domain that the session hint cookie is set on: the issuer's host or a parent of it, below a public suffix.
 * @param text what `SESSION_HINT_DOMAIN` holds
 * @throws {SettingError}
 */
export function parseSessionHintDomain(text: string, issuer: Issuer): string {
  const domain = text.toLowerCase();
  if (isIP(domain) !== 0) throw new SettingError('cannot be an IP address: browsers set no shared cookie there');
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(domain)) {
    throw new SettingError(
      'must be a domain name such as example.org, without leading dot, port or scheme (international names as xn--…)',
    );
  }
  if (issuer.scheme === 'http' && !issuer.hostname.endsWith('.localhost')) {
    throw new SettingError('cannot be used with an http issuer, unless its host is below localhost');
  }
  // The private part of the list counts too: whoever rents x.github.io must not set cookies for every x.github.io.
  if (parseDomain(domain, { allowPrivateDomains: true }).domain === null) {
    throw new SettingError('is a public suffix: strangers have hosts below it');
  }
  if (issuer.hostname !== domain && !issuer.hostname.endsWith(`.${domain}`)) {
    throw new SettingError("must be the issuer's host or a domain that contains it");
  }
  return domain;
}
