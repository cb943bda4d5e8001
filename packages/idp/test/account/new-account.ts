import { randomUUID } from 'node:crypto';
import type { NewAccount } from '../../src/domain/account/account-store.ts';

/** An account with nothing but a name, and what the test says of it. */
export const newAccount = (account: Partial<NewAccount> = {}): NewAccount => ({
  id: randomUUID(),
  username: 'alice',
  name: undefined,
  email: undefined,
  emailVerified: false,
  picture: undefined,
  locale: undefined,
  groups: [],
  passwordHash: undefined,
  ...account,
});
