import { Provider, type AdapterPayload } from 'oidc-provider';
import type { Session, SessionStore } from '../../domain/session/session-store.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/** Reads sessions. Writing is SessionKeeper's: the engine would save whole rows, the last writer winning. */
export class SessionAdapter extends UnusedAdapter {
  readonly #sessions: SessionStore;
  readonly #idleTtlSeconds: number;

  constructor(sessions: SessionStore, idleTtlSeconds: number) {
    super('Session');
    this.#sessions = sessions;
    this.#idleTtlSeconds = idleTtlSeconds;
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const session = await this.#sessions.findByIdHash(tokenHash(id));
    return session && { ...toPayload(session), jti: id };
  }

  override async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const session = await this.#sessions.findByUid(uid);
    // An application that asks for the profile is used by somebody, who may never come here in person.
    if (session && Provider.ctx?.oidc.route === 'userinfo' && isDue(session)) {
      if (!(await this.#sessions.prolong(uid, this.#idleTtlSeconds))) return undefined;
    }
    // The id is not known here (only its hash is kept), and nobody may write through this object.
    return session && { ...toPayload(session), jti: `found-by-uid:${uid}` };
  }
}

/** Spares a statement for most requests; whether it really is due the statement decides, by the database's clock. */
const isDue = ({ prolongedAt }: Session): boolean => Date.now() - prolongedAt.getTime() > 5 * 60 * 1000;

const toPayload = (session: Session): AdapterPayload => ({
  kind: 'Session',
  uid: session.uid,
  accountId: session.accountId,
  loginTs: epochSeconds(session.authenticatedAt),
  iat: epochSeconds(session.begunAt),
  exp: epochSeconds(session.absoluteExpiresAt),
  ...(session.amr === undefined ? {} : { amr: [...session.amr] }),
  ...(session.acr === undefined ? {} : { acr: session.acr }),
});
