import {
  defaultSignedInStateLimits,
  mostSilentTrips,
  type SignedInStateLimits,
} from './signed-in-state/decide-signed-in-state.ts';

/** What an application says of itself, once. */
export interface RelyingPartySettings {
  /** Exactly as the issuer writes itself. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where browsers reach the application, such as `https://notes.example.org`. Never taken from a request. */
  readonly origin: string;
  /** At least 32 random bytes, the same in all processes: seals cookies and kept tokens. */
  readonly cookieSecret: Buffer;
  /** Begins the names of the cookies; lower-case letters, digits, hyphens. */
  readonly cookieWord: string;
  /** The folder of the addresses below. */
  readonly path?: string;
  readonly scope?: string;
  /** What the pages call the application. */
  readonly applicationName: string;
  readonly limits?: Partial<SignedInStateLimits>;
  /** A local session's absolute end where the issuer tells none that is sooner. */
  readonly sessionSeconds?: number;
  /** For all calls to the issuer; the platform's unless told. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The settings with everything decided. */
export interface ResolvedSettings {
  readonly issuer: URL;
  /** As the issuer writes itself: what `iss` and links are compared with. */
  readonly issuerText: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly origin: URL;
  readonly cookieSecret: Buffer;
  readonly cookieWord: string;
  readonly path: string;
  readonly scope: string;
  readonly applicationName: string;
  readonly limits: SignedInStateLimits;
  readonly sessionSeconds: number;
  readonly fetch: typeof globalThis.fetch;
}

/** @throws {RangeError} naming the first setting that cannot be used */
export const resolveSettings = (settings: RelyingPartySettings): ResolvedSettings => {
  const origin = new URL(settings.origin);
  const issuer = new URL(settings.issuer);
  const path = settings.path ?? '/latchkey';
  if (origin.origin !== settings.origin) throw new RangeError('origin must be an origin, without path or slash');
  for (const [name, url] of [
    ['origin', origin],
    ['issuer', issuer],
  ] as const) {
    if (url.protocol !== 'https:' && !isLoopback(url)) throw new RangeError(`${name} must be https, or on loopback`);
  }
  if (!/^[a-z0-9][a-z0-9-]*$/.test(settings.cookieWord)) throw new RangeError('cookieWord: letters, digits, hyphens');
  if (!/^(?:\/[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/.test(path))
    throw new RangeError('path must be a folder such as /latchkey');
  if (settings.cookieSecret.length < 32) throw new RangeError('cookieSecret must have 32 bytes at least');
  const limits = { ...defaultSignedInStateLimits, ...settings.limits };
  for (const [name, least, most] of limitRanges) {
    if (!(limits[name] >= least && limits[name] <= most)) throw new RangeError(`${name} must be ${least} to ${most}`);
  }
  return {
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    cookieSecret: settings.cookieSecret,
    cookieWord: settings.cookieWord,
    applicationName: settings.applicationName,
    issuer,
    issuerText: settings.issuer,
    origin,
    path,
    scope: settings.scope ?? 'openid profile email',
    limits,
    sessionSeconds: settings.sessionSeconds ?? 30 * 24 * 3600,
    fetch: settings.fetch ?? globalThis.fetch,
  };
};

const limitRanges = [
  ['proofSeconds', 0, 3600],
  ['unprovedSeconds', 0, 7 * 24 * 3600],
  ['silentTrips', 0, mostSilentTrips],
  ['silentTripsSeconds', 60, 600],
] as const;

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname);
