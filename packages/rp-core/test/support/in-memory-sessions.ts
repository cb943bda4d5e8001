import type { LocalSession, LocalSessionChange } from '../../src/session/local-session.ts';
import type { EndedSessions, LocalSessionStore } from '../../src/session/local-session-store.ts';

/** Forgets no end. */
export class InMemorySessions implements LocalSessionStore {
  readonly #sessions = new Map<string, LocalSession>();
  readonly #ends: { readonly ended: EndedSessions; readonly endedAt: Date }[] = [];

  async insert(session: LocalSession): Promise<boolean> {
    if (this.#ends.some(({ ended, endedAt }) => isEnded(session, ended, endedAt))) return false;
    this.#sessions.set(session.idHash, session);
    return true;
  }

  async find(idHash: string): Promise<LocalSession | undefined> {
    return this.#sessions.get(idHash);
  }

  async update(idHash: string, change: LocalSessionChange): Promise<boolean> {
    const session = this.#sessions.get(idHash);
    if (session === undefined) return false;
    this.#sessions.set(idHash, { ...session, ...change });
    return true;
  }

  async delete(idHash: string): Promise<void> {
    this.#sessions.delete(idHash);
  }

  async end(ended: EndedSessions, endedAt: Date): Promise<number> {
    this.#ends.push({ ended, endedAt });
    const sessions = this.all().filter((session) => isEnded(session, ended, endedAt));
    for (const { idHash } of sessions) this.#sessions.delete(idHash);
    return sessions.length;
  }

  async distrust(issuer: string, sub: string): Promise<void> {
    for (const session of this.all()) {
      if (session.issuer !== issuer || session.sub !== sub) continue;
      this.#sessions.set(session.idHash, { ...session, distrusted: true });
    }
  }

  all(): LocalSession[] {
    return [...this.#sessions.values()];
  }
}

const isEnded = (session: LocalSession, ended: EndedSessions, endedAt: Date): boolean =>
  session.issuer === ended.issuer &&
  (ended.sub === undefined || session.sub === ended.sub) &&
  (ended.sid === undefined ? session.begunAt <= endedAt : session.sid === ended.sid);
