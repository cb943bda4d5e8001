import { SettingError, type SettingReader } from './setting-reader.ts';

export interface DatabaseSettings {
  /** A PostgreSQL URL with user and password; undefined = the embedded database in the data directory. A secret. */
  readonly url: string | undefined;
  /** Connections at most; the embedded database always has one. */
  readonly poolMax: number;
}

export function readDatabase(settings: SettingReader): DatabaseSettings {
  const text = settings.secret('DATABASE_URL');
  const url = text === undefined ? undefined : settings.attempt('DATABASE_URL', () => parseDatabaseUrl(text));
  return { url, poolMax: settings.integer('DATABASE_POOL_MAX', { min: 1, max: 200, fallback: 10 }) };
}

function parseDatabaseUrl(text: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(text)) throw new SettingError('must begin with postgres:// or postgresql://');
  const url = parseUrl(text);
  if (/\s/.test(text)) throw new SettingError('must not contain white space: write it percent-encoded');
  if (text.includes('#')) throw new SettingError('must not contain "#": write it as %23');
  // What stands before a later "@" was meant as user name and password: taken for a host name, it would be printed.
  if (/@/.test(url.pathname + url.search)) {
    throw new SettingError('must have "/", "@", ":", "#" and "%" in user name and password percent-encoded');
  }
  if (url.pathname.length < 2)
    throw new SettingError('must name the database after the host: postgres://user@host/database');
  return text;
}

function parseUrl(text: string): URL {
  try {
    const url = new URL(text);
    // pg decodes these parts and throws an error of its own on "%" without two digits.
    for (const part of [url.username, url.password, url.hostname, url.pathname]) decodeURIComponent(part);
    return url;
  } catch {
    throw new SettingError('must be a URL; percent-encode "/", "@", ":" and "%" in user name and password');
  }
}
