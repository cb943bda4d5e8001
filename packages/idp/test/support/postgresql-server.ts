import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const debianVersions = '/usr/lib/postgresql';
const oldestVersion = 15;
const startLimitMs = 20_000;
/** The kernel refuses socket paths of more than 107 bytes. */
const longestFolder = 70;

export interface PostgresqlServerOptions {
  /** false: faster, and a crash of the machine may lose data; a crash of the server never does. Default true. */
  readonly fsync?: boolean;
}

export interface PostgresqlServer {
  /** URL of a database on this server, as its superuser; default the database `postgres`. */
  url(database?: string): string;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Kills the server as a crash would; `start` brings it back with everything that was committed. */
  kill9(): Promise<void>;
  /** Stops the server and removes its folder. */
  remove(): Promise<void>;
}

/**
 * Starts a real PostgreSQL, the newest that is installed, in a fresh temporary folder. It listens on a socket in that
 * folder only. It ends with this process, in whatever way that ends: a kill leaves the folder, nothing else.
 * @throws where no PostgreSQL of version 15 or newer is installed
 */
export const startPostgresqlServer = async (options: PostgresqlServerOptions = {}): Promise<PostgresqlServer> => {
  const server = new Server(newestBinaries(), options.fsync ?? true);
  try {
    await server.initialise();
    await server.start();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
};

/** Server programs refuse to run as root; the package brings this account. */
const asOwner = process.getuid?.() === 0 ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];

class Server implements PostgresqlServer {
  readonly #binaries: string;
  readonly #folder: string;
  readonly #data: string;
  readonly #log: string;
  readonly #settings: string[];
  #process: ChildProcess | undefined;

  constructor(binaries: string, fsync: boolean) {
    this.#binaries = binaries;
    this.#folder = mkdtempSync(join(tmpdir().length > longestFolder ? '/tmp' : tmpdir(), 'latchkey-pg-'));
    this.#data = join(this.#folder, 'data');
    this.#log = join(this.#folder, 'log');
    chmodSync(this.#folder, 0o700);
    closeSync(openSync(this.#log, 'a'));
    if (asOwner.length > 0) {
      const [uid, gid] = idsOf('postgres');
      chownSync(this.#folder, uid, gid);
    }
    process.once('exit', this.#removeAtExit);
    const durable = fsync ? 'on' : 'off';
    this.#settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${this.#folder}`]
      .concat(['-c', 'shared_buffers=32MB', '-c', 'max_connections=200', '-c', 'autovacuum_naptime=1h'])
      .concat(['-c', `fsync=${durable}`, '-c', `synchronous_commit=${durable}`, '-c', `full_page_writes=${durable}`]);
  }

  url(database = 'postgres'): string {
    return `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(this.#folder)}`;
  }

  async initialise(): Promise<void> {
    const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const initdb = this.#spawn('initdb', ['-D', this.#data, ...settings]);
    const [code] = await once(initdb, 'exit');
    if (code !== 0) throw new Error(`initdb ended with ${code}: ${this.#lastLines()}`);
  }

  async start(): Promise<void> {
    const deadlineMs = performance.now() + startLimitMs;
    for (;;) {
      const server = this.#spawn('postgres', ['-D', this.#data, ...this.#settings]);
      this.#process = server;
      while (server.exitCode === null && server.signalCode === null) {
        if (await this.#isReady(server)) {
          server.unref(); // a test file that forgets it ends all the same
          return;
        }
        if (performance.now() > deadlineMs) throw new Error(`PostgreSQL does not become ready: ${this.#lastLines()}`);
        await delay(20);
      }
      // After kill9 the server's children may need a moment to notice; until then a new one refuses to start.
      if (performance.now() > deadlineMs || !/still in use|is still running|lock file/.test(this.#lastLines())) {
        throw new Error(`PostgreSQL does not start: ${this.#lastLines()}`);
      }
      await delay(100);
    }
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT'); // "fast shutdown": connections are cut, nothing is lost
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async remove(): Promise<void> {
    process.off('exit', this.#removeAtExit);
    await this.#end('SIGQUIT'); // "immediate shutdown": nobody will need its data
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  readonly #removeAtExit = (): void => {
    this.#process?.kill('SIGQUIT');
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let attempt = 0; attempt < 20 && existsSync(this.#folder); attempt += 1) {
      rmSync(this.#folder, { recursive: true, force: true }); // the dying server may still add a file meanwhile
      Atomics.wait(pause, 0, 0, 20);
    }
  };

  async #end(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.ref();
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  /** The last line of postmaster.pid tells the state: this is what pg_ctl reads too. */
  async #isReady(server: ChildProcess): Promise<boolean> {
    const lines = (await readFile(join(this.#data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    return lines[0] === String(server.pid) && lines[7]?.trim() === 'ready';
  }

  #spawn(program: string, programArguments: string[]): ChildProcess {
    const log = openSync(this.#log, 'a');
    // setpriv replaces itself by the program, so the pid is the program's.
    const order = ['--pdeathsig=INT', ...asOwner, join(this.#binaries, program), ...programArguments];
    const child = spawn('setpriv', order, { stdio: ['ignore', log, log], cwd: this.#folder, env: { LC_ALL: 'C' } });
    closeSync(log);
    return child;
  }

  #lastLines(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-3).join(' | ');
  }
}

const newestBinaries = (): string => {
  const versions = existsSync(debianVersions) ? readdirSync(debianVersions).map(Number) : [];
  const newest = Math.max(...versions.filter((version) => version >= oldestVersion));
  const folder = join(debianVersions, String(newest), 'bin');
  if (!existsSync(join(folder, 'postgres'))) {
    throw new Error(
      `These tests need a PostgreSQL server, version ${oldestVersion} or newer, in ${debianVersions} (Debian: apt-get install postgresql), or LATCHKEY_TEST_POSTGRESQL.`,
    );
  }
  return folder;
};

const idsOf = (account: string): [uid: number, gid: number] => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${account}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`There is no account ${account} to run PostgreSQL as.`);
  return [Number(uid), Number(gid)];
};
