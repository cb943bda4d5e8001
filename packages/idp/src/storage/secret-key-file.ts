import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const keyBytes = 32;

/**
 * The secret key of an installation that was given none: made once in the data directory, mode 0600, never in the
 * database. Two processes that start at once get the same one.
 * @throws {SecretKeyError} when the file is there and holds no key, or can neither be read nor made
 */
export const secretKeyInDataDir = async (dataDir: string): Promise<Buffer> => {
  const path = join(dataDir, 'secret.key');
  try {
    return await readOrMakeKey(dataDir, path);
  } catch (cause) {
    if (cause instanceof SecretKeyError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SecretKeyError(`the secret key ${path} can neither be read nor made: ${reason}`, { cause });
  }
};

const readOrMakeKey = async (dataDir: string, path: string): Promise<Buffer> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const existing = await readKey(path);
  if (existing) return existing;
  // Written aside and linked into place: nobody ever reads half a key, and the first one wins.
  const fresh = join(dataDir, `secret.key.${process.pid}.${randomBytes(4).toString('hex')}`);
  await writeFile(fresh, `${randomBytes(keyBytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  const key = await readKey(path);
  if (!key) throw new Error(`the secret key in ${path} vanished`);
  return key;
};

const readKey = async (path: string): Promise<Buffer | undefined> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== keyBytes) {
    throw new SecretKeyError(`the file ${path} does not hold a secret key; restore it from a backup`);
  }
  await chmod(path, 0o600);
  return key;
};

/** The secret key is not the one that this installation was made with, or cannot be read. */
export class SecretKeyError extends Error {
  override readonly name = 'SecretKeyError';
  readonly code = 'ERR_SECRET_KEY';
}
