import type { AdapterPayload } from 'oidc-provider';
import type { Session, SessionStore } from '../../domain/session/session-store.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/** Reads sessions. Writing is SessionKeeper's: the engine would save whole rows, the last writer winning. */
export class SessionAdapter extends UnusedAdapter {
  readonly #sessions: SessionStore;

  constructor(sessions: SessionStore) {
    super('Session');
    this.#sessions = sessions;
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const session = await this.#sessions.findByIdHash(tokenHash(id));
    return session && { ...toPayload(session), jti: id };
  }

  override async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const session = await this.#sessions.findByUid(uid);
    // The id is not known here (only its hash is kept), and nobody may write through this object.
    return session && { ...toPayload(session), jti: `found-by-uid:${uid}` };
  }
}

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
