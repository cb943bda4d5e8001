import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { CommandRunner } from '../../src/cli/commands.ts';
import { readConfig } from '../../src/config.ts';
import type { Client } from '../../src/domain/client/client.ts';
import { createLogger } from '../../src/logging.ts';
import { serve, type Serving, type Substitutes } from '../../src/serve.ts';
import type { TestDatabase } from './test-database.ts';

/** A provider in this process, on a free loopback port, with everything but the database as in production. */
export interface RunningProvider {
  readonly issuer: string;
  /** Where it listens on 127.0.0.1: not the issuer's port when `ISSUER` is set. */
  readonly port: number;
  readonly database: TestDatabase;
  readonly latchkey: Serving['latchkey'];
  /** All lines of the log so far. */
  readonly log: () => string;
  /** As the command line would; answers what it prints with `--json`. */
  readonly command: (name: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>;
  /** An account with the password `correct horse battery staple`. */
  readonly addAccount: (
    username?: string,
    more?: Record<string, unknown>,
  ) => Promise<{ sub: string; username: string }>;
  readonly addClient: (
    clientId: string,
    more?: Record<string, unknown>,
  ) => Promise<{ client_id: string; client_secret: string } & Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

export const password = 'correct horse battery staple';

/** Where test clients say they live. Nothing listens there; redirects to it are read, not followed. */
export const redirectUri = 'https://app.example.org/callback';

export interface ProviderOptions extends Substitutes {
  readonly env?: NodeJS.ProcessEnv;
}

/** @param database is not closed by `close`: the caller opened it */
export const startProvider = async (
  database: TestDatabase,
  options: ProviderOptions = {},
): Promise<RunningProvider> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const env = { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'debug', PASSWORD_HASH_CONCURRENCY: '2', ...options.env };
  const config = readConfig(env);
  const serving = await serve(config, createLogger({ level: config.logLevel, destination }), {
    openDatabase: async () => ({ ...database, close: async () => {} }),
    ...options,
  });
  const runner = new CommandRunner(serving.latchkey.commands);
  const command: RunningProvider['command'] = (name, input) => runner.run(name, input);
  return {
    issuer: serving.config.issuer.url,
    port: serving.config.listen.port,
    database,
    latchkey: serving.latchkey,
    log: () => lines.join(''),
    command,
    addAccount: async (username = 'alice', more = {}) => {
      const account = await command('account.add', {
        username,
        email: `${username}@example.org`,
        emailVerified: true,
        name: username,
        password,
        ...more,
      });
      return { sub: String(account['sub']), username };
    },
    addClient: async (clientId, more = {}) => {
      const client = await command('client.add', {
        clientId,
        clientName: `The ${clientId} application`,
        redirectUris: [redirectUri],
        postLogoutRedirectUris: ['https://app.example.org/signed-out'],
        trusted: true,
        ...more,
      } satisfies Partial<Client> | Record<string, unknown>);
      return client as { client_id: string; client_secret: string };
    },
    close: async () => {
      await serving.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
