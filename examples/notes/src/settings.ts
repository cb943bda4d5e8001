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
  const port = Number(env['PORT'] || URL.parse(ORIGIN)?.port || 4000);
  const cookieSecret = Buffer.from(COOKIE_SECRET, 'base64');
  const wrong = [
    ...(URL.parse(ORIGIN)?.origin === ORIGIN ? [] : ['ORIGIN must be an origin such as http://localhost:4010']),
    ...(URL.canParse(ISSUER) ? [] : ['ISSUER must be the address that the issuer gives itself']),
    ...(Number.isInteger(port) && port >= 0 && port < 65536 ? [] : ['PORT must be a port']),
    ...(cookieSecret.length >= 32 ? [] : ['COOKIE_SECRET needs 32 random bytes: openssl rand -base64 32']),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return {
    name: env['NAME'] || 'Notes',
    origin: ORIGIN,
    port,
    issuer: ISSUER,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    cookieSecret,
    databaseFile: env['DATABASE_FILE'] || 'notes.sqlite',
  };
}
