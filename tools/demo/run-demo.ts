// `npm run demo`: the provider, the notes application and a second copy of it under another host name, with two people. Everything
// lies in a folder that goes with it.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCommand, type Child } from '../../packages/idp/test/support/child-process.ts';

const domain = 'house.localhost';
const password = 'correct horse battery staple';
const node: readonly [string, ...string[]] = [
  process.execPath,
  '-C',
  'source',
  '--disable-warning=ExperimentalWarning',
  '--import',
  new URL('./resolve-localhost.ts', import.meta.url).href,
];
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const provider = file('packages/idp/src/main.ts');

const folder = await mkdtemp(join(tmpdir(), 'latchkey-demo-'));
const running: { readonly name: string; readonly child: Child }[] = [];
let ending = false;

/** Ends everything; the folder goes last. */
const end = async (code: number): Promise<void> => {
  if (ending) return;
  ending = true;
  for (const { child } of running) child.process.kill('SIGTERM');
  const patience = setTimeout(() => running.forEach(({ child }) => child.process.kill('SIGKILL')), 10_000);
  await Promise.all(running.map(({ child }) => child.ended));
  clearTimeout(patience);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
};
// `on`, for a terminal tells the whole group and npm passes its own on: the second must not end this without tidying up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

/** The port if nobody has it, else any. */
const freePort = async (wanted: number): Promise<number> => {
  const server = createServer();
  try {
    await once(server.listen(wanted, '127.0.0.1'), 'listening');
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (isTaken && wanted !== 0) return freePort(0);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** `{ name: 'Notes' }` as `--name Notes`. */
const options = (given: Readonly<Record<string, string>>): string[] =>
  Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);

const start = async (name: string, argv: readonly string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<void> => {
  const child = startCommand([...node, ...argv], { env: environment(env), cwd: folder, detached: true });
  running.push({ name, child });
  void child.ended.then(({ stderr, lines }) => {
    if (ending) return;
    console.error(`${name} ended:\n${[...lines, stderr].join('\n')}`);
    void end(1);
  });
  await child.line((line) => ready.test(line));
};

const { HOME, LANG, PATH, TMPDIR } = process.env;
const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ HOME, LANG, PATH, TMPDIR, ...env });

const latchkey = async (argv: readonly string[], input = ''): Promise<Record<string, unknown>> => {
  const run = startCommand([...node, provider, ...argv, '--json'], {
    env: environment(providerSettings),
    cwd: folder,
    input,
  });
  const { code, lines, stderr } = await run.ended;
  if (code !== 0) throw new Error(`latchkey ${argv.slice(0, 2).join(' ')}: ${stderr}`);
  return JSON.parse(lines.join('\n')) as Record<string, unknown>;
};

const addPerson = (username: string, name: string): Promise<unknown> => {
  const person = options({ username, name, email: `${username}@example.org` });
  return latchkey(['account', 'add', ...person, '--email-verified', '--password-stdin'], password);
};

const startNotes = async (clientId: string, name: string, port: number): Promise<string> => {
  const host = `${clientId}.${domain}:${port}`;
  const origin = `http://${host}`;
  const client = options({
    id: clientId,
    name,
    'id-token-alg': 'ES256',
    'redirect-uri': `${origin}/latchkey/callback`,
    'post-logout-redirect-uri': `${origin}/latchkey/signed-out`,
    'backchannel-logout-uri': `${origin}/latchkey/backchannel`,
    'allow-private-address': host,
    resource: `${origin}/api`,
    'resource-scope': 'notes:read notes:write',
  });
  const { client_secret: secret } = await latchkey(['client', 'add', ...client, '--trusted']);
  await start(
    name,
    [file('examples/notes/src/main.ts')],
    {
      NAME: name,
      ORIGIN: origin,
      ISSUER: issuer,
      CLIENT_ID: clientId,
      CLIENT_SECRET: String(secret),
      COOKIE_SECRET: randomBytes(32).toString('base64url'),
      DATABASE_FILE: join(folder, `${clientId}.sqlite`),
    },
    / is ready at /,
  );
  return origin;
};

const ports = [await freePort(3000), await freePort(4001), await freePort(4002)] as const;
const issuer = `http://accounts.${domain}:${ports[0]}`;
const providerSettings = { ISSUER: issuer, DATA_DIR: join(folder, 'data'), SESSION_HINT_DOMAIN: domain };

try {
  console.log('Starting the provider and two applications; that takes some seconds.');
  await start('The provider', [provider, 'start'], providerSettings, /^Latchkey is ready at /);
  const [notes, journal] = await Promise.all([
    startNotes('notes', 'Notes', ports[1]),
    startNotes('journal', 'Journal', ports[2]),
    addPerson('alice', 'Alice Example'),
    addPerson('bert', 'Bert Example'),
  ]);
  console.log(`
Accounts   ${issuer}
Notes      ${notes}
Journal    ${journal}   (the same application under another host name)

People: alice and bert, both with the password  ${password}

Try, in Chromium or Firefox on this machine:
 1. Open ${notes}/notes and sign in as alice: the one time that you type a password.
 2. Open ${journal}/notes: you are known at the first visit, without a click.
 3. Sign out at the journal, then reload Notes: you are out there too.
 4. Sign in as bert at Notes, and look at the journal's front page: the same page for everybody says who you are.

Press Ctrl+C to end everything and remove its data.`);
} catch (error) {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  await end(1);
}
