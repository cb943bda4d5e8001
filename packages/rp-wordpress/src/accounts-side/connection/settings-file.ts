import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, lstat, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getuid } from 'node:process';
import {
  ApplicationKindError,
  type ConnectionSettings,
  type PreparedSettingsFile,
  type SettingsFile,
} from '@latchkey/application-kind';
import { phpFile, readPhpFile } from './php-constants.ts';

/** Next to wp-config.php, which holds the database's password: it is kept, copied and protected together with that. */
const fileName = 'latchkey-config.php';

const maxBytes = 16 * 1024;

/**
 * Finds the place of `latchkey-config.php`: the folder of wp-config.php, which is WordPress's own (the one with wp-settings.php) or
 * the one above it, in the order in which WordPress looks. Updates of WordPress and of the plugin leave it alone there.
 * @throws {ApplicationKindError} `ERR_LOCAL_FOLDER`, `ERR_SETTINGS_FILE`
 */
export async function findSettingsFile(folder: string): Promise<SettingsFile> {
  const config = await findConfigFile(folder);
  const path = join(dirname(config), fileName);
  const before = await statOrNothing(path, lstat);
  const owner = before ?? (await stat(config));
  if (before && !before.isFile()) throw fileError(`${path} is not a regular file: move it away`);
  const text = before && (await readSmallFile(path));
  const present = text === undefined ? undefined : readPhpFile(text);
  if (text !== undefined && present === undefined) {
    throw fileError(`${path} was not written by latchkey connect, or changed since: move it away`);
  }
  return {
    path,
    present,
    prepare: () => prepare(path, owner, before?.mode),
  };
}

/** Its real path, whatever links lead there. */
async function findConfigFile(folder: string): Promise<string> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new ApplicationKindError('ERR_LOCAL_FOLDER', `the folder ${folder} cannot be opened (${codeOf(cause)})`, {
      cause,
    });
  });
  if (!(await isThere(join(root, 'wp-settings.php')))) {
    throw new ApplicationKindError(
      'ERR_LOCAL_FOLDER',
      `${root} is not the folder of WordPress: it has no wp-settings.php`,
    );
  }
  if (await isThere(join(root, 'wp-config.php'))) return join(root, 'wp-config.php');
  // A wp-settings.php beside it makes it the configuration of another WordPress.
  const above = dirname(root);
  if ((await isThere(join(above, 'wp-config.php'))) && !(await isThere(join(above, 'wp-settings.php')))) {
    return join(above, 'wp-config.php');
  }
  throw new ApplicationKindError('ERR_LOCAL_FOLDER', `WordPress in ${root} has no wp-config.php: install it first`);
}

const isThere = async (path: string): Promise<boolean> => (await statOrNothing(path, stat))?.isFile() ?? false;

async function statOrNothing(path: string, look: (path: string) => Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await look(path);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(cause))) return undefined;
    throw fileError(`${path} cannot be read (${codeOf(cause)})`, cause);
  }
}

async function readSmallFile(path: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (cause) {
    throw fileError(`${path} cannot be read (${codeOf(cause)})`, cause);
  } finally {
    await handle?.close();
  }
}

/**
 * A new file under another name, which takes the place of the old one in one step. It belongs to whom its predecessor
 * belonged to, or wp-config.php (only root can give it away), because PHP must be able to read it. Its mode is 0600; an
 * administrator who let its group read it (0640) keeps that.
 */
async function prepare(path: string, owner: Stats, modeBefore: number | undefined): Promise<PreparedSettingsFile> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const mode = 0o600 | ((modeBefore ?? 0) & 0o040);
  let handle: FileHandle | undefined;
  const discard = async (): Promise<void> => {
    await handle?.close().catch(() => {});
    await rm(draft, { force: true });
  };
  try {
    await access(dirname(path), constants.W_OK);
    // O_EXCL and O_NOFOLLOW: whoever owns the folder cannot make us write somewhere else.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    handle = await open(draft, flags, 0o600);
    if (getuid?.() === 0) await handle.chown(owner.uid, owner.gid);
    await handle.chmod(mode);
  } catch (cause) {
    await discard();
    throw fileError(`${path} cannot be written (${codeOf(cause)})`, cause);
  }
  const opened = handle;
  return {
    discard,
    write: async (settings: ConnectionSettings) => {
      try {
        await opened.writeFile(phpFile(settings));
        await opened.sync();
        await opened.close();
        await rename(draft, path);
      } catch (cause) {
        await discard();
        throw fileError(`${path} could not be written (${codeOf(cause)})`, cause);
      }
    },
  };
}

const fileError = (message: string, cause?: unknown): ApplicationKindError =>
  new ApplicationKindError('ERR_SETTINGS_FILE', message, cause === undefined ? undefined : { cause });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
