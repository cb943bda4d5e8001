import { createHmac } from 'node:crypto';
import { compare } from 'bcryptjs';
import type { PasswordVerifier } from '@latchkey/application-kind';
import { someForm } from './password-forms.ts';

/** `$2y$`, two digits of cost, 22 characters of salt and 31 of hash. */
const wellFormed = /^\$2y\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** PHP makes 10 or 12; each step doubles the time, and 14 takes a second or two. */
const minCost = 4;
const maxCost = 14;

function isCheckable(hash: string): boolean {
  const cost = Number(wellFormed.exec(hash)?.[1] ?? Number.NaN);
  return cost >= minCost && cost <= maxCost;
}

/** `$2y$` as plugins write it, and WordPress 6.8 reads: PHP's `password_hash` alone. Bcrypt sees 72 bytes and no more. */
export const plainBcryptVerifier: PasswordVerifier = {
  name: 'wordpress-bcrypt-plain',
  recognises: isCheckable,
  verify: async (password, hash) =>
    // PHP hashes no password with a NUL, and bcrypt would stop reading there.
    isCheckable(hash) && someForm(password, async (form) => !form.includes('\0') && compare(form, hash)),
};

const prefix = '$wp';

const isPrehashed = (hash: string): boolean => hash.startsWith(prefix) && isCheckable(hash.slice(prefix.length));

/** `$wp$2y$`, WordPress 6.8 and later: bcrypt over HMAC-SHA384 as base64, so that long passwords count in full. */
export const prehashedBcryptVerifier: PasswordVerifier = {
  name: 'wordpress-bcrypt',
  recognises: isPrehashed,
  verify: async (password, hash) =>
    isPrehashed(hash) && someForm(password, async (form) => compare(prehash(form), hash.slice(prefix.length))),
};

const prehash = (password: string): string => createHmac('sha384', 'wp-sha384').update(password).digest('base64');
