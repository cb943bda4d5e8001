import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startCommand } from '../../packages/idp/test/support/child-process.ts';
import { password } from '../../packages/idp/test/support/running-provider.ts';
import type { NamedHost } from './named-host.ts';
import { nodeCommand, type NamedHosts } from './named-hosts.ts';
import type { StageProgram } from './stage-program.ts';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The real program, behind nginx, on a real PostgreSQL. */
export interface StageProvider extends StageProgram {
  readonly issuer: string;
  /** Runs `latchkey …` to its end, with the provider's settings; it need not be running. */
  latchkey(argv: readonly string[], input?: string): Promise<Outcome>;
  /** Runs `latchkey … --json` and answers what it printed. @throws with its standard error when it fails */
  latchkeyJson(argv: readonly string[], input?: string): Promise<Record<string, unknown>>;
  /** Adds an account with a verified address `USERNAME@example.org`, and the password that `signIn` types. */
  addAccount(username: string, name: string, ...more: readonly string[]): Promise<{ readonly sub: string }>;
  /**
   * Registers a trusted application at this host: paths become URIs on its origin, and calls to the host, which is on
   * loopback, are allowed.
   * @param more options of `latchkey client add`
   */
  addApplication(
    clientId: string,
    host: NamedHost,
    paths: { readonly callback: string; readonly signedOut?: string; readonly backchannelLogout?: string },
    ...more: readonly string[]
  ): Promise<ClientCredentials>;
}

const main = fileURLToPath(new URL('../../packages/idp/src/main.ts', import.meta.url));

/** @param settings more settings than the stage needs, or others; see docs/settings.md */
export const stageProvider = async (
  hosts: NamedHosts,
  host: NamedHost,
  databaseUrl: string,
  settings: Readonly<Record<string, string>>,
): Promise<StageProvider> => {
  const env: Readonly<Record<string, string>> = {
    ISSUER: host.origin,
    HOST: '127.0.0.1',
    PORT: String(host.ports[0]),
    TRUST_PROXY: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    DATA_DIR: await hosts.folder.fresh(),
    SECRET_KEY: randomBytes(32).toString('hex'),
    SESSION_HINT_DOMAIN: host.name.slice(host.name.indexOf('.') + 1),
    ...settings,
  };
  const program = await hosts.program({
    name: 'the provider',
    command: [...nodeCommand, main, 'start'],
    env,
    readyLine: /^Latchkey is ready at https:/,
  });

  const latchkey: StageProvider['latchkey'] = async (argv, input = '') => {
    const command = hosts.entered(...nodeCommand, main, ...argv);
    const options = { env: hosts.environment(env), cwd: hosts.folder.path, input };
    const { code, lines, stderr } = await startCommand(command, options).ended;
    return { code, stdout: lines.join('\n'), stderr };
  };
  const latchkeyJson: StageProvider['latchkeyJson'] = async (argv, input) => {
    const { code, stdout, stderr } = await latchkey([...argv, '--json'], input);
    if (code !== 0) throw new Error(`latchkey ${argv.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  return {
    ...program,
    issuer: host.origin,
    latchkey,
    latchkeyJson,
    addAccount: async (username, name, ...more) => {
      const known = ['--username', username, '--email', `${username}@example.org`, '--email-verified', '--name', name];
      const added = await latchkeyJson(['account', 'add', ...known, ...more, '--password-stdin'], `${password}\n`);
      return { sub: String(added['sub']) };
    },
    addApplication: async (clientId, { origin, address }, { callback, signedOut, backchannelLogout }, ...more) => {
      const given = {
        '--redirect-uri': `${origin}${callback}`,
        '--allow-private-address': address,
        ...(signedOut === undefined ? {} : { '--post-logout-redirect-uri': `${origin}${signedOut}` }),
        ...(backchannelLogout === undefined ? {} : { '--backchannel-logout-uri': `${origin}${backchannelLogout}` }),
      };
      const add = ['client', 'add', '--id', clientId, '--name', clientId, '--trusted'];
      const added = await latchkeyJson([...add, ...Object.entries(given).flat(), ...more]);
      return { clientId, clientSecret: String(added['client_secret']) };
    },
  };
};
