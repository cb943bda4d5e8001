import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { ConfigError } from './config/config-error.ts';
import { readDatabase, type DatabaseSettings } from './config/database.ts';
import { loadDotEnv } from './config/dot-env.ts';
import type { Issuer } from './config/issuer.ts';
import { readIssuerAndListen, withListeningPort, type Listen } from './config/listen.ts';
import { readOrganisation, type Organisation } from './config/organisation.ts';
import { parseSecretKey } from './config/secret-key.ts';
import { parseSessionHintDomain } from './config/session-hint-domain.ts';
import { SettingError, SettingReader, type ReadFile } from './config/setting-reader.ts';
import { parseTrustProxy, type TrustProxy } from './config/trust-proxy.ts';

export { ConfigError, loadDotEnv, withListeningPort };

/** From the least to the most talkative but `silent`, which writes nothing. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every setting, checked. `docs/settings.md` has the table. */
export interface Config {
  readonly issuer: Issuer;
  readonly listen: Listen;
  /** Absolute path. */
  readonly dataDir: string;
  readonly database: DatabaseSettings;
  /** At least 32 bytes; undefined = made once in the data directory. */
  readonly secretKey: Buffer | undefined;
  readonly trustProxy: TrustProxy;
  /** Undefined = no hint cookie beyond the issuer's own host. */
  readonly sessionHintDomain: string | undefined;
  readonly organisation: Organisation;
  readonly logLevel: LogLevel;
  /** A session ends after so many days without use. */
  readonly sessionIdleDays: number;
  /** A session ends so many days after it began, however much it is used. */
  readonly sessionAbsoluteDays: number;
  /** Passwords hashed at the same time; each takes a core and tens of megabytes. */
  readonly passwordHashConcurrency: number;
  /** Age in days at which a signing key is replaced. */
  readonly keyRotationDays: number;
}

/**
 * Reads every setting once, at start.
 * @throws {ConfigError} naming all wrong or missing settings, not just the first, and never the value of one
 */
export function readConfig(env: NodeJS.ProcessEnv, options: { readonly readFile?: ReadFile } = {}): Config {
  const settings = new SettingReader(env, options.readFile);
  const place = readIssuerAndListen(settings);
  const issuer = place?.issuer;
  const config = {
    dataDir: readDataDir(settings),
    database: readDatabase(settings),
    secretKey: readSecretKey(settings, issuer),
    trustProxy: readTrustProxy(settings, issuer),
    sessionHintDomain: issuer && settings.parsed('SESSION_HINT_DOMAIN', (text) => parseSessionHintDomain(text, issuer)),
    organisation: readOrganisation(settings),
    logLevel: settings.parsed('LOG_LEVEL', parseLogLevel) ?? 'info',
    ...readSessionDays(settings),
    passwordHashConcurrency: settings.integer('PASSWORD_HASH_CONCURRENCY', {
      min: 1,
      max: 64,
      fallback: Math.min(2, availableParallelism()),
    }),
    keyRotationDays: settings.integer('KEY_ROTATION_DAYS', { min: 1, max: 3650, fallback: 90 }),
  };
  const error = settings.error();
  if (error !== undefined) throw error;
  if (place === undefined) throw new ConfigError([{ setting: 'ISSUER', problem: 'is wrong' }]);
  return { ...place, ...config };
}

function readDataDir(settings: SettingReader): string {
  const directory = settings.parsed('DATA_DIR', (text) => {
    if (text.includes('\0')) throw new SettingError('must be the path of a directory');
    return text;
  });
  return resolve(directory ?? 'data');
}

function readSecretKey(settings: SettingReader, issuer: Issuer | undefined): Buffer | undefined {
  const text = settings.secret('SECRET_KEY');
  if (text !== undefined) return settings.attempt('SECRET_KEY', () => parseSecretKey(text));
  const isGiven = settings.text('SECRET_KEY') !== undefined || settings.text('SECRET_KEY_FILE') !== undefined;
  const hasDatabase = settings.text('DATABASE_URL') !== undefined || settings.text('DATABASE_URL_FILE') !== undefined;
  // Several processes share the database, so a key made in one machine's data directory would not do.
  if (!isGiven && hasDatabase && issuer?.loopback === false) {
    settings.refuse('SECRET_KEY', 'is required with DATABASE_URL; make one with: openssl rand -base64 32');
  }
  return undefined;
}

function readTrustProxy(settings: SettingReader, issuer: Issuer | undefined): TrustProxy {
  const trustProxy = settings.parsed('TRUST_PROXY', parseTrustProxy);
  // This process speaks plain http: https requests come through a proxy, and unless it is trusted every one is answered 421.
  if (settings.text('TRUST_PROXY') === undefined && issuer?.scheme === 'https') {
    settings.refuse(
      'TRUST_PROXY',
      'is required with an https issuer: the address of the proxy that ends TLS, or the number of proxies (1)',
    );
  }
  return trustProxy ?? { kind: 'none' };
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text.toLowerCase());
  if (level === undefined) throw new SettingError(`must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function readSessionDays(settings: SettingReader): Pick<Config, 'sessionIdleDays' | 'sessionAbsoluteDays'> {
  // Browsers keep no cookie longer than 400 days.
  const range = { min: 1, max: 400 };
  const sessionIdleDays = settings.integer('SESSION_IDLE_DAYS', { ...range, fallback: 14 });
  const sessionAbsoluteDays = settings.integer('SESSION_ABSOLUTE_DAYS', { ...range, fallback: 30 });
  if (sessionIdleDays > sessionAbsoluteDays) {
    settings.refuse(
      'SESSION_IDLE_DAYS',
      `(${sessionIdleDays}) must not be more than SESSION_ABSOLUTE_DAYS (${sessionAbsoluteDays})`,
    );
  }
  return { sessionIdleDays, sessionAbsoluteDays };
}
