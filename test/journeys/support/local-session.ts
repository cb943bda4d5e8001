import { createHash } from 'node:crypto';
import type { BrowserContext } from 'playwright-core';
import { cookieValues } from '../../../tools/stage/browser-cookies.ts';
import type { NotesApplication } from './house.ts';

/** A browser's session at a copy of notes, as its server keeps it. */
export interface KeptSession {
  readonly idHash: string;
  readonly sub: string;
  readonly hint: string;
  readonly foreignHints: readonly string[];
}

/** The session that this browser's cookie names there; undefined: there is none. */
export const localSession = async (
  application: NotesApplication,
  context: BrowserContext,
): Promise<KeptSession | undefined> => {
  const [value = ''] = await cookieValues(context, `${application.origin}/`, `__Host-${application.clientId}-session`);
  const idHash = createHash('sha256').update(value).digest('base64url');
  const row = application.sessions().find((each) => each['id_hash'] === idHash);
  if (row === undefined) return undefined;
  const { hint, foreignHints } = JSON.parse(String(row['rest'])) as Pick<KeptSession, 'hint' | 'foreignHints'>;
  return { idHash, sub: String(row['sub']), hint, foreignHints };
};
