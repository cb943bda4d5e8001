import type { IssuerConnection } from '../issuer/issuer-connection.ts';
import type { Linker } from '../linking/linker.ts';
import { applyProfile } from '../linking/apply-profile.ts';
import { readProfileClaims } from '../linking/read-profile-claims.ts';
import type { RelyingPartyLog } from '../relying-party-log.ts';
import type { LocalSession } from './local-session.ts';
import type { LocalSessions } from './local-sessions.ts';
import type { LocalSessionStore } from './local-session-store.ts';

/** A page waits for it: an issuer that hangs must not hang every application with it. */
const answerSeconds = 2;
/** A session for which there was no answer is asked for again after so long. */
const pauseMs = 2000;

export interface HeartbeatParts {
  readonly issuer: Pick<IssuerConnection, 'readProfile'>;
  readonly sessions: LocalSessions;
  readonly store: LocalSessionStore;
  readonly linker: Pick<Linker, 'applyProfile'>;
  readonly log: RelyingPartyLog;
  readonly unprovedSeconds: number;
  readonly now: () => Date;
}

/**
 * Asks the issuer whether a session lives, with its own bearer, server to server, and takes over what changed in the profile.
 * This is what makes sessions right, whatever hints and back-channel calls were lost or forged.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #underWay = new Map<string, Promise<boolean>>();
  /** When each pause ends; the oldest first. */
  readonly #pauses = new Map<string, number>();

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /**
   * Requests at the same moment share one question.
   * @returns whether the session may be used: it lives, or the issuer does not answer and the last proof is not too old
   */
  async prove(session: LocalSession): Promise<boolean> {
    const asked = this.#underWay.get(session.idHash);
    if (asked !== undefined) return asked;
    if (this.#isPaused(session)) return this.#goUnproved(session);
    const asking = this.#ask(session).finally(() => this.#underWay.delete(session.idHash));
    this.#underWay.set(session.idHash, asking);
    return asking;
  }

  async #ask(session: LocalSession): Promise<boolean> {
    const { issuer, sessions, store, linker, log, now } = this.#parts;
    const tokens = sessions.tokensOf(session);
    if (tokens === undefined) {
      log('heartbeat.tokens-unreadable', {});
      await store.delete(session.idHash);
      return false;
    }
    // One that something changed for reads the whole profile, whatever it was told before.
    const etag = session.distrusted ? undefined : session.profileEtag;
    const answer = await issuer.readProfile(tokens.accessToken, etag, answerSeconds);
    // Only the doubt that was there when it was asked: one that came since then is not answered by this.
    const proved = { provedAt: now(), ...(session.distrusted ? { distrusted: false } : {}) };
    if (answer.kind === 'no-answer') {
      log('heartbeat.no-answer', { reason: answer.reason, proofAgeSeconds: Math.round(this.#ageSeconds(session)) });
      this.#pause(session);
      return this.#goUnproved(session);
    }
    if (answer.kind === 'ended') {
      await store.delete(session.idHash);
      return false;
    }
    if (answer.kind === 'unchanged') return store.update(session.idHash, proved);
    const { profile } = readProfileClaims(answer.claims, session);
    if (profile === undefined) {
      log('heartbeat.other-subject', {});
      await store.delete(session.idHash);
      return false;
    }
    const applied = await applyProfile(linker, store, profile);
    if (applied.kind === 'refused' || applied.kind === 'unknown-subject') {
      log('heartbeat.not-admitted', { reason: applied.kind === 'refused' ? applied.reason : applied.kind });
      await store.delete(session.idHash);
      return false;
    }
    return store.update(session.idHash, { ...proved, profileEtag: answer.etag });
  }
  /** Nothing was said: the last proof counts for so long. */
  async #goUnproved(session: LocalSession): Promise<boolean> {
    if (this.#ageSeconds(session) < this.#parts.unprovedSeconds) return true;
    await this.#parts.store.delete(session.idHash);
    return false;
  }

  #ageSeconds({ provedAt }: LocalSession): number {
    return (this.#parts.now().getTime() - provedAt.getTime()) / 1000;
  }

  #isPaused({ idHash }: LocalSession): boolean {
    const leftMs = (this.#pauses.get(idHash) ?? 0) - this.#parts.now().getTime();
    return leftMs > 0 && leftMs <= pauseMs;
  }

  #pause({ idHash }: LocalSession): void {
    const nowMs = this.#parts.now().getTime();
    for (const [one, until] of this.#pauses) {
      if (until > nowMs) break;
      this.#pauses.delete(one);
    }
    this.#pauses.delete(idHash);
    this.#pauses.set(idHash, nowMs + pauseMs);
  }
}
