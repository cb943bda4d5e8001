import { once } from 'node:events';
import type { CliEnvironment } from './cli/environment.ts';
import { loadDotEnv, readConfig, type Config } from './config.ts';
import { createLogger } from './logging.ts';
import { migrate } from './storage/migrate.ts';
import { openDatabase } from './storage/open-database.ts';

/** How long the process may take to end before it is ended. */
const shutdownLimitMs = 9000;

/**
 * What the command line does in this process, with its settings, database and streams. The provider's modules are loaded
 * when they are needed: help, wrong usage and what a running provider is asked to do take a third of the time without.
 */
export const cliEnvironment = (process: NodeJS.Process): CliEnvironment<Config> => ({
  argv: process.argv.slice(2),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  readConfig: () => {
    loadDotEnv('.env');
    return readConfig(process.env);
  },
  withServices: async (config, work) => {
    const database = await openDatabase(databaseOptions(config));
    try {
      const { compose } = await import('./compose.ts');
      const latchkey = await compose(config, database, createLogger({ level: 'silent' }));
      const result = await work(latchkey.commands);
      await latchkey.settled(); // whoever is being told of an ended session is read from the database
      return result;
    } finally {
      await database.close();
    }
  },
  migrate: async (config) => {
    const database = await openDatabase(databaseOptions(config));
    try {
      return await migrate(database);
    } finally {
      await database.close();
    }
  },
  applicationKinds: async () => (await import('./compose.ts')).applicationKinds,
  start: async (given, { json }) => {
    const logger = createLogger({ level: given.logLevel });
    const { stop, started } = watchSignals(process);
    const { serve } = await import('./serve.ts');
    const serving = await serve(given, logger);
    started();
    const { config } = serving;
    process.stdout.write(json ? `${JSON.stringify({ issuer: config.issuer.url, ready: true })}\n` : readyText(config));
    await once(stop, 'abort');
    await serving.close();
  },
});

/**
 * The first SIGTERM or SIGINT asks the process to end, and ends it if that takes too long. What follows means nothing new:
 * at Ctrl-C the terminal signals every process of the command, and npm passes its own on.
 */
const watchSignals = (process: NodeJS.Process): { readonly stop: AbortSignal; readonly started: () => void } => {
  const stop = new AbortController();
  let isStarting = true;
  const end = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    // Nothing was promised to anybody yet, and whatever is left half done the next start takes up or clears away. It may
    // be waiting for long: for initdb, or for another process that migrates.
    if (isStarting) process.exit(0);
    setTimeout(() => {
      process.stderr.write('latchkey: ended before everything was closed, which took too long\n');
      process.exit(70);
    }, shutdownLimitMs).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  return {
    stop: stop.signal,
    started: () => {
      isStarting = false;
    },
  };
};

const databaseOptions = (config: Config): Parameters<typeof openDatabase>[0] => ({
  databaseUrl: config.database.url,
  dataDir: config.dataDir,
  poolMax: config.database.poolMax,
});

const readyText = (config: Config): string => `Latchkey is ready at ${config.issuer.url}

What to do next, in another terminal${sameSettings(config)}:
  echo 'correct horse battery staple' | npx --no latchkey account add --username alice --email alice@example.org --email-verified --name 'Alice Example' --password-stdin
  npx --no latchkey client add --id notes --name Notes --redirect-uri http://localhost:4000/callback --trusted
Applications find everything else at ${config.issuer.url}/.well-known/openid-configuration
`;

/** Without them the commands would go to another database, and say nothing of it. */
const sameSettings = (config: Config): string => {
  const place =
    config.database.url === undefined ? `the database in ${config.dataDir}` : 'the PostgreSQL of DATABASE_URL';
  return ` (with the same settings, so that they go to ${place})`;
};
