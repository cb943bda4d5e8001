import type { Readable } from 'node:stream';
import { CommandFailure } from './failure.ts';

/** More than the longest password takes in UTF-8, whatever its characters. */
const maxBytes = 8 * 1024;

const refuse = (message: string): CommandFailure => new CommandFailure('usage', 'ERR_PASSWORD_INPUT', message);

/**
 * Reads the one line that `--password-stdin` promises, without its line end.
 * @throws {CommandFailure} when there is no line, more than one, or no UTF-8, and when a person would have to type it
 */
export async function readPasswordLine(stdin: Readable & { readonly isTTY?: boolean }): Promise<string> {
  if (stdin.isTTY) {
    throw refuse(
      '--password-stdin reads a pipe or a file, not the keyboard: latchkey … --password-stdin < password.txt',
    );
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > maxBytes) throw refuse('standard input holds more than a password');
    chunks.push(buffer);
  }
  const line = decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  if (line === '') throw refuse('standard input holds no password');
  if (/[\r\n]/.test(line)) throw refuse('standard input must hold the password in one line');
  return line;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('the password must be UTF-8');
  }
}
