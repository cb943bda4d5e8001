import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { CommandRunner } from './cli/commands.ts';
import { openControlSocket, type ControlSocket } from './cli/control-socket.ts';
import { compose, keyRereadSeconds, type Latchkey, type WrapStores } from './compose.ts';
import { withListeningPort, type Config } from './config.ts';
import { closeServer, createHttpServer } from './http/request-limits.ts';
import type { Database } from './storage/database.ts';
import { openDatabase } from './storage/open-database.ts';

/** How long requests that are under way may take when the process is told to end. */
const graceMs = 5000;
const tidyUpEverySeconds = 60;

export interface Serving {
  readonly config: Config;
  readonly latchkey: Latchkey;
  /** Answers what is under way, tells the applications of what ended, and frees the data directory. */
  close(): Promise<void>;
}

/** What tests put in the place of the real thing, to stand in the way at a chosen moment. */
export interface Substitutes {
  readonly openDatabase?: (config: Config) => Promise<Database>;
  readonly wrapStores?: WrapStores;
}

/** Runs the provider until it is closed. */
export const serve = async (given: Config, logger: Logger, substitutes: Substitutes = {}): Promise<Serving> => {
  // The port first: it may be taken, and then nothing else is touched. A request waits until there is somebody to
  // answer it.
  const started = Promise.withResolvers<ReturnType<Latchkey['http']['callback']>>();
  started.promise.catch(() => {});
  const server = createHttpServer((req, res) => {
    started.promise.then(
      (answer) => answer(req, res),
      () => res.destroy(),
    );
  });
  server.listen(given.listen.port, given.listen.host);
  await once(server, 'listening');
  const config = withListeningPort(given, (server.address() as AddressInfo).port);

  let database: Database | undefined;
  let control: ControlSocket | undefined;
  try {
    database = await (substitutes.openDatabase?.(config) ??
      openDatabase({
        databaseUrl: config.database.url,
        dataDir: config.dataDir,
        poolMax: config.database.poolMax,
        onWarning: (warning) => logger.warn(warning),
      }));
    const latchkey = await compose(config, database, logger, substitutes.wrapStores);
    if (database.kind === 'embedded') {
      control = await openControlSocket({
        dataDir: config.dataDir,
        runner: new CommandRunner(latchkey.commands),
        onInternalError: (err) => logger.error({ err }, 'a command failed'),
      });
    }
    const stopJobs = startJobs(latchkey, logger);
    started.resolve(latchkey.http.callback());
    logger.info(config.listen, 'listening');
    const opened = { database, control };
    return {
      config,
      latchkey,
      close: async () => {
        stopJobs();
        await closeServer(server, graceMs);
        await opened.control?.close();
        await latchkey.settled();
        await opened.database.close();
      },
    };
  } catch (error) {
    started.reject(error);
    server.closeAllConnections();
    server.close();
    await control?.close();
    await database?.close();
    throw error;
  }
};

/** What happens without being asked for. A job that fails is tried again at its next turn. */
const startJobs = (latchkey: Latchkey, logger: Logger): (() => void) => {
  const stopping = new AbortController();
  const every = (seconds: number, name: string, job: (signal: AbortSignal) => Promise<void>): NodeJS.Timeout => {
    let running = false;
    return setInterval(() => {
      if (running) return;
      running = true;
      job(stopping.signal)
        .catch((err: unknown) => logger.error({ err, job: name }, 'a job failed'))
        .finally(() => {
          running = false;
        });
    }, seconds * 1000);
  };
  const timers = [
    every(keyRereadSeconds, 'signing keys', latchkey.maintainKeys),
    every(tidyUpEverySeconds, 'tidy up', latchkey.tidyUp),
  ];
  return () => {
    stopping.abort();
    timers.forEach((timer) => clearInterval(timer));
  };
};
