import { isIP } from 'node:net';
import { issuerAtPort, namesPort, parseIssuer, type Issuer } from './issuer.ts';
import { SettingError, type SettingReader } from './setting-reader.ts';

/** Where the process listens. */
export interface Listen {
  /** An IP address or `localhost`. */
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** The issuer takes the port that the system gives: see `withListeningPort`. */
  readonly issuerFollowsPort: boolean;
}

const DEFAULT_PORT = 3000;

/**
 * Reads `ISSUER`, `HOST` and `PORT`, whose defaults lean on each other: a loopback http issuer is served directly, so its
 * port is the one to listen on, and the other way round.
 */
export function readIssuerAndListen(settings: SettingReader): { issuer: Issuer; listen: Listen } | undefined {
  const portText = settings.text('PORT');
  const port = settings.integer('PORT', { min: 0, max: 65_535, fallback: DEFAULT_PORT });
  const host = settings.parsed('HOST', parseListenHost);
  const issuerText = settings.text('ISSUER');
  const issuer = settings.attempt('ISSUER', () =>
    parseIssuer(issuerText ?? `http://localhost:${port === 0 ? DEFAULT_PORT : port}`),
  );
  if (issuer === undefined) return undefined;
  const direct = issuer.loopback && issuer.scheme === 'http';
  return {
    issuer,
    listen: {
      host: host ?? defaultListenHost(issuer),
      port: portText === undefined && direct ? issuer.port : port,
      issuerFollowsPort: port === 0 && direct && (issuerText === undefined || !namesPort(issuerText)),
    },
  };
}

/** The configuration once the port is known: with `PORT=0` a loopback issuer that names no port takes the real one. */
export function withListeningPort<C extends { readonly issuer: Issuer; readonly listen: Listen }>(
  config: C,
  port: number,
): C {
  const listen = { ...config.listen, port };
  return config.listen.issuerFollowsPort
    ? { ...config, listen, issuer: issuerAtPort(config.issuer, port) }
    : { ...config, listen };
}

function parseListenHost(text: string): string {
  const host = text.toLowerCase();
  if (host !== 'localhost' && isIP(host) === 0) {
    throw new SettingError('must be an IP address to listen on (127.0.0.1, 0.0.0.0, ::1, ::) or localhost');
  }
  return host;
}

// Beyond loopback 0.0.0.0 works in every container; `::` fails where IPv6 is off.
function defaultListenHost(issuer: Issuer): string {
  if (!issuer.loopback) return '0.0.0.0';
  const address = issuer.hostname.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? '127.0.0.1' : address;
}
