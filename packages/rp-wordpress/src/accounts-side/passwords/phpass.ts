import { hash as digest, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PasswordVerifier } from '@latchkey/application-kind';
import { someForm } from './password-forms.ts';

/** Each character stands for six bits, by its place. */
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `$P$` (WordPress) or `$H$` (phpBB), one character of cost, eight of salt, 22 of hash. */
const wellFormed = /^\$[PH]\$[./0-9A-Za-z]{31}$/;

/** Two to the power of so many rounds of MD5. WordPress makes 13; 16 takes some 100 ms, and 30 would take half an hour. */
const minCostLog2 = 7;
const maxCostLog2 = 16;

/** Rounds between two turns of the event loop, a few milliseconds. */
const roundsPerTurn = 4096;

const costOf = (hash: string): number => alphabet.indexOf(hash.charAt(3));

const isCheckable = (hash: string): boolean =>
  wellFormed.test(hash) && costOf(hash) >= minCostLog2 && costOf(hash) <= maxCostLog2;

/** WordPress up to 6.7: the portable form of phpass, MD5 over salt and password, repeated. */
export const phpassVerifier: PasswordVerifier = {
  name: 'wordpress-phpass',
  recognises: isCheckable,
  verify: async (password, hash) => {
    if (!isCheckable(hash)) return false;
    return someForm(password, async (form) => {
      const expected = hash.slice(0, 12) + encode(await stretch(form, hash.slice(4, 12), 2 ** costOf(hash)));
      return timingSafeEqual(Buffer.from(expected), Buffer.from(hash));
    });
  },
};

async function stretch(password: string, salt: string, rounds: number): Promise<Buffer> {
  const bytes = Buffer.from(password);
  let state = digest('md5', Buffer.concat([Buffer.from(salt), bytes]), 'buffer');
  for (let round = 1; round <= rounds; round++) {
    state = digest('md5', Buffer.concat([state, bytes]), 'buffer');
    if (round % roundsPerTurn === 0) await nextTurn();
  }
  return state;
}

/** Three bytes become four characters, the low bits first; what is left over, one character more than it has bytes. */
function encode(bytes: Buffer): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 3) {
    const group = bytes.subarray(start, start + 3);
    const value = group.readUIntLE(0, group.length);
    for (let place = 0; place <= group.length; place++) text += alphabet.charAt((value >> (6 * place)) & 0x3f);
  }
  return text;
}
