import { Readable, Writable } from 'node:stream';
import { wordpress } from '@latchkey/rp-wordpress/accounts-side';
import type { CommandServices } from '../../src/cli/commands.ts';
import type { CliEnvironment } from '../../src/cli/environment.ts';
import { runCli } from '../../src/cli/program.ts';
import { ManageAccounts } from '../../src/domain/account/manage-accounts.ts';
import { ConnectApplications } from '../../src/domain/application/connect-applications.ts';
import { ManageClients } from '../../src/domain/client/manage-clients.ts';
import type { SigningKey } from '../../src/domain/key/signing-key.ts';
import { EndSessions } from '../../src/domain/session/end-sessions.ts';
import { askApplication } from '../../src/outgoing/ask-application.ts';
import { OutgoingHttpClient } from '../../src/outgoing/outgoing-fetch.ts';
import { ClientSecretHasher } from '../../src/secrets/client-secret-hasher.ts';
import type { Database } from '../../src/storage/database.ts';
import { KnexTransactions } from '../../src/storage/knex-transactions.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a key as the services list it; it signs since the day in 2026 that is given. */
export const signingKey = (
  kid: string,
  alg: SigningKey['alg'],
  day: number,
  change: Partial<SigningKey> = {},
): SigningKey => {
  const at = new Date(Date.UTC(2026, 0, day, 12));
  const privateJwk = { kty: 'EC', d: 'private-part' };
  return {
    kid,
    alg,
    publicJwk: { kty: 'EC' },
    privateJwk,
    createdAt: at,
    activeFrom: at,
    retiredAt: undefined,
    active: true,
    ...change,
  };
};

export const testIssuer = 'https://accounts.example.org';

/** What the commands work on: the real use cases, and of everything else as little as shows what was asked of it. */
export function testServices(database: Pick<Database, 'knex'>): CommandServices & { readonly told: readonly string[] } {
  const transactions = new KnexTransactions(database.knex);
  const told: string[] = [];
  const notifier = {
    notify: (clients: readonly { clientId: string }[]) => void told.push(...clients.map(({ clientId }) => clientId)),
  };
  const endSessions = new EndSessions(transactions, notifier);
  const secrets = new ClientSecretHasher(Buffer.alloc(32, 1));
  const clients = new ManageClients({ transactions, hashClientSecret: (secret) => secrets.hash(secret) });
  let keyList: readonly SigningKey[] = [signingKey('one', 'RS256', 1)];
  return {
    told,
    accounts: new ManageAccounts({
      transactions,
      passwordHasher: { hash: (password) => Promise.resolve(`hash of ${password}`) },
    }),
    clients,
    applications: new ConnectApplications({
      kinds: [wordpress],
      issuer: testIssuer,
      clients,
      isClientSecret: (secret, secretHash) => secrets.hash(secret).equals(secretHash),
      ask: (privateAddresses) => askApplication(new OutgoingHttpClient(), privateAddresses),
    }),
    keys: {
      list: () => Promise.resolve(keyList),
      rotate: () => {
        keyList = [...keyList, signingKey('new', 'RS256', 31, { active: false })];
        return Promise.resolve(keyList);
      },
    },
    signOutAccount: (accountId, by) =>
      endSessions.end({ which: { accountId, offlineAccessToo: false }, cause: 'remote sign-out', ...by }),
    announceEnded: (ended) => Promise.resolve(notifier.notify(ended.clients)),
    migrate: () => Promise.resolve({ applied: [] }),
  };
}

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export type CliOptions = Partial<Omit<CliEnvironment, 'argv' | 'stdin' | 'stdout' | 'stderr'>> & {
  readonly stdin?: string | Uint8Array;
  readonly isTty?: boolean;
};

const unexpected = (what: string) => (): never => {
  throw new Error(`${what} was not expected`);
};

/** Runs the command line as a process would, and collects what it says. Nothing is provided that the test does not name. */
export async function runLatchkey(
  argv: readonly string[],
  { stdin = '', isTty = false, ...parts }: CliOptions = {},
): Promise<Outcome> {
  const stdout = new Collected();
  const stderr = new Collected();
  const code = await runCli({
    readConfig: () => ({ dataDir: '/nonexistent' }),
    withServices: unexpected('opening the database'),
    start: unexpected('starting'),
    migrate: unexpected('migrating'),
    applicationKinds: () => Promise.resolve([wordpress]),
    ...parts,
    argv,
    stdin: Object.assign(Readable.from([Buffer.from(stdin)]), { isTTY: isTty }),
    stdout,
    stderr,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
