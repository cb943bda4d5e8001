import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where everything of one stage lies; nothing of it is left when it is over. */
export interface StageFolder {
  /** Absolute, and short: sockets in it must stay under 108 bytes. */
  readonly path: string;
  /** A fresh folder in it, such as for the data of an application. */
  fresh(): Promise<string>;
  remove(): Promise<void>;
}

/** The kernel refuses socket paths of more than 107 bytes; macOS and some CI machines have long temporary folders. */
const longestParent = 50;

export const makeStageFolder = (): StageFolder => {
  const path = mkdtempSync(join(tmpdir().length > longestParent ? '/tmp' : tmpdir(), 'lk-stage-'));
  for (const name of ['log', 'tls', 'off', 'temp', 'home', 'data']) mkdirSync(join(path, name), { mode: 0o700 });
  const options = { recursive: true, force: true, maxRetries: 5 };
  const removeAtExit = (): void => rmSync(path, options);
  process.once('exit', removeAtExit);
  return {
    path,
    fresh: () => mkdtemp(join(path, 'data/')),
    remove: async () => {
      await rm(path, options);
      process.off('exit', removeAtExit);
    },
  };
};
