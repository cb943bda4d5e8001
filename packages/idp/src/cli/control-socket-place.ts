import { chmod, lstat, mkdir, mkdtemp, readFile, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CommandFailure } from './failure.ts';

const socketName = 'control.sock';
/** Holds the path of the socket where that is not in the data directory. */
const recordName = 'control.path';
const folderPrefix = 'latchkey-';

/** Linux allows 107 bytes, macOS 103 (`sun_path`); longer ones fail with EINVAL. */
const maxPathBytes = 100;

export interface ControlSocketPlace {
  readonly path: string;
  /** Takes away what was made for the socket, but the socket itself. */
  remove(): Promise<void>;
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= maxPathBytes;

/**
 * Finds the path to listen on: `control.sock` in the data directory, or in a fresh folder of the temporary directory
 * where that path would be too long; the folder's path is then noted in `control.path`. Both folders are their owner's
 * alone. What a killed process left there is taken away.
 * @throws {CommandFailure} `ERR_CONTROL_SOCKET` when a process listens there, or when the path is something else's
 */
export async function makeControlSocketPlace(dataDir: string): Promise<ControlSocketPlace> {
  const directory = resolve(dataDir);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const direct = join(directory, socketName);
  const record = join(directory, recordName);
  const recorded = await readRecord(record);
  if (recorded !== undefined) await removeStaleFolder(recorded);
  await removeStaleSocket(direct);
  await rm(record, { force: true });
  if (fits(direct)) return { path: direct, remove: async () => {} };

  const folder = await mkdtemp(join(shortTemporaryDirectory(), folderPrefix));
  const path = join(folder, socketName);
  const unfinished = `${record}.new`;
  await writeFile(unfinished, `${path}\n`, { mode: 0o600 });
  await rename(unfinished, record);
  return {
    path,
    remove: async () => {
      if ((await readRecord(record)) === path) await rm(record, { force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The path at which the provider of this data directory would listen.
 * @throws {CommandFailure} `ERR_CONTROL_SOCKET` when somebody else could have put a socket there: it would be told
 *   passwords
 */
export async function findControlSocket(dataDir: string): Promise<string> {
  const directory = resolve(dataDir);
  const path = (await readRecord(join(directory, recordName))) ?? join(directory, socketName);
  const owner = await statOf(directory);
  const folder = await statOf(dirname(path));
  if (owner && folder && (folder.uid !== owner.uid || (folder.mode & 0o022) !== 0)) {
    throw new CommandFailure(
      'unreachable',
      'ERR_CONTROL_SOCKET',
      `the folder ${dirname(path)} of the control socket is not its owner's alone: nothing was sent`,
    );
  }
  return path;
}

const statOf = async (path: string) => stat(path).catch(ignoreMissing);

const ignoreMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

async function readRecord(record: string): Promise<string | undefined> {
  const text = await readFile(record, 'utf8').catch(ignoreMissing);
  return text?.trim() || undefined;
}

function shortTemporaryDirectory(): string {
  const usual = tmpdir();
  return fits(join(usual, `${folderPrefix}XXXXXX`, socketName)) ? usual : '/tmp';
}

async function removeStaleSocket(path: string): Promise<void> {
  const there = await lstat(path).catch(ignoreMissing);
  if (!there) return;
  if (!there.isSocket()) {
    throw new CommandFailure('settings', 'ERR_CONTROL_SOCKET', `${path} is in the way: it is not a socket`);
  }
  if (fits(path) && (await isListening(path))) {
    throw new CommandFailure('settings', 'ERR_CONTROL_SOCKET', `another process listens at ${path}`);
  }
  await unlink(path);
}

/** Only what this program makes is taken away, however the record came to say something else. */
async function removeStaleFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if (basename(path) !== socketName || !basename(folder).startsWith(folderPrefix)) return;
  await removeStaleSocket(path);
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY') throw error;
  });
}

const isListening = (path: string): Promise<boolean> =>
  new Promise((settle, fail) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') settle(false);
      else fail(error);
    });
  });
