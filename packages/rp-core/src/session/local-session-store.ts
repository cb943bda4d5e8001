import type { LocalSession, LocalSessionChange } from './local-session.ts';

/** Which sessions a sign-out ends: those of one session of the issuer, or all of a person. */
export type EndedSessions =
  | { readonly issuer: string; readonly sid: string; readonly sub: string | undefined }
  | { readonly issuer: string; readonly sid: undefined; readonly sub: string };

/** Where an application keeps its sessions; all its processes share one. */
export interface LocalSessionStore {
  /**
   * Inserts a session, unless `end`, called before, would have ended it.
   * @returns false when it has ended
   */
  insert(session: LocalSession): Promise<boolean>;
  find(idHash: string): Promise<LocalSession | undefined>;
  /**
   * Changes a session where it still exists; one that ended never comes back.
   * @returns false when it does not exist
   */
  update(idHash: string, change: LocalSessionChange): Promise<boolean>;
  delete(idHash: string): Promise<void>;
  /**
   * Ends sessions, and remembers that for ten minutes at least, so that a sign-in that is under way brings none back. One of an
   * ended `sid` ends whenever it began, since an ended session of the issuer never comes back; of all of a person's,
   * those with `begunAt` not after the moment. With both `sid` and `sub` a session must match both.
   * @param endedAt when it happened at the issuer (`toe`, else `iat` of the token)
   * @returns how many ended
   */
  end(ended: EndedSessions, endedAt: Date): Promise<number>;
  /** Makes the next use of each session of this person a heartbeat: something about them changed. */
  distrust(issuer: string, sub: string): Promise<void>;
}
