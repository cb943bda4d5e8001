import { hash as digest, timingSafeEqual } from 'node:crypto';
import type { PasswordVerifier } from '@latchkey/application-kind';
import { someForm } from './password-forms.ts';

const isDigest = (hash: string): boolean => /^[0-9a-f]{32}$/.test(hash);

/**
 * MD5 without salt: WordPress before 2.5, and databases that were edited by hand. Whoever saw the table knows such
 * passwords, so it is checked only where the administrator says so.
 */
export const legacyMd5Verifier: PasswordVerifier = {
  name: 'wordpress-md5',
  recognises: isDigest,
  verify: async (password, hash) =>
    isDigest(hash) &&
    someForm(password, (form) =>
      Promise.resolve(timingSafeEqual(digest('md5', Buffer.from(form), 'buffer'), Buffer.from(hash, 'hex'))),
    ),
};
