import { statfsSync } from 'node:fs';
import { DatabaseError } from './database-error.ts';

const mebibyte = 1024 * 1024;

/** Below this nothing is written: an embedded database that cannot extend its log never answers again. */
const minimumFreeBytes = 64 * mebibyte;
const readAgainAfterMs = 1000;

export type ReadFreeBytes = (directory: string) => number;

/** Bytes that this process may still write on the file system of a directory. */
const readFreeBytesOf: ReadFreeBytes = (directory) => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

/** Watches the space of the file system that holds a directory; asks the system at most once a second. */
export class FreeSpace {
  readonly #directory: string;
  readonly #readFreeBytes: ReadFreeBytes;
  #freeBytes = 0;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(directory: string, readFreeBytes: ReadFreeBytes = readFreeBytesOf) {
    this.#directory = directory;
    this.#readFreeBytes = readFreeBytes;
  }

  /** @throws {DatabaseError} `ERR_DISK_FULL` when less than `neededBytes` (64 MiB) are free */
  assert(neededBytes: number = minimumFreeBytes): void {
    const nowMs = performance.now();
    if (nowMs - this.#readAtMs >= readAgainAfterMs) {
      this.#freeBytes = this.#readFreeBytes(this.#directory);
      this.#readAtMs = nowMs;
    }
    if (this.#freeBytes >= neededBytes) return;
    const freeMebibytes = Math.floor(this.#freeBytes / mebibyte);
    const neededMebibytes = Math.ceil(neededBytes / mebibyte);
    throw new DatabaseError(
      'ERR_DISK_FULL',
      `The disk that holds ${this.#directory} is nearly full: ${freeMebibytes} MiB are free, ${neededMebibytes} MiB are needed.`,
    );
  }
}

const leadingComments = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)+/;
const readingStatement =
  /^(?:select|with|values|table|show|explain|begin|start|commit|end|rollback|abort|savepoint|release|set|reset)\b/i;
const writingWord = /\b(?:insert|update|delete|merge|share|create|alter|drop|truncate|copy|call|do|analyze)\b/i;
const anotherStatement = /;\s*\S/;

/**
 * Whether a statement can write. What is not certainly a read or the end of a transaction counts as a write, row locks
 * too; the only harm of a wrong guess is a refusal while the disk is nearly full.
 */
export const mayWrite = (sql: string): boolean => {
  const statement = sql.replace(leadingComments, '');
  return !readingStatement.test(statement) || writingWord.test(statement) || anotherStatement.test(statement);
};
