import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Asks the person at the terminal; the answer is no where there is none, and for anything but `y` and `yes`. */
export async function confirm(
  question: string,
  stdin: Readable & { readonly isTTY?: boolean },
  stderr: Writable,
): Promise<boolean> {
  if (stdin.isTTY !== true) return false;
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  try {
    for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
  }
}
