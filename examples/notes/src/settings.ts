export interface Settings {
  readonly name: string;
  readonly origin: string;
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly cookieSecret: Buffer;
  readonly databaseFile: string;
}

/** @throws {Error} naming the settings that are missing or wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const missing = ['ORIGIN', 'ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'COOKIE_SECRET'].filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`Set ${missing.join(', ')} (examples/notes/README.md says what they are)`);
  const { ORIGIN = '', ISSUER = '', CLIENT_ID = '', CLIENT_SECRET = '', COOKIE_SECRET = '' } = env;
  return {
    name: env['NAME'] ?? 'Notes',
    origin: ORIGIN,
    port: Number(env['PORT'] ?? (new URL(ORIGIN).port || 4000)),
    issuer: ISSUER,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    cookieSecret: Buffer.from(COOKIE_SECRET, 'base64'),
    databaseFile: env['DATABASE_FILE'] ?? 'notes.sqlite',
  };
}
