import { errors, Provider, type AdapterPayload } from 'oidc-provider';
import type { BegunSignInLimit } from '../../domain/sign-in/begun-sign-in-limit.ts';
import type { InteractionStore } from '../../domain/token/interaction-store.ts';
import { requestContext } from '../../request-context.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import type { RecordCodec } from './record-codec.ts';
import { TooManySignIns } from '../too-many-sign-ins.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/**
 * Interactions belong to the browser that began them: every look-up names the browser's cookie, so that no code path
 * can go on with another browser's sign-in (a resume cookie tossed from a sibling host proves nothing).
 */
export class InteractionAdapter extends UnusedAdapter {
  readonly #interactions: InteractionStore;
  readonly #limit: BegunSignInLimit;
  readonly #codec: RecordCodec;

  constructor(interactions: InteractionStore, limit: BegunSignInLimit, codec: RecordCodec) {
    super('Interaction');
    this.#interactions = interactions;
    this.#limit = limit;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    const idHash = tokenHash(id);
    const browserHash = this.#browserHash();
    const sealedPayload = this.#codec.seal(idHash, payload);
    // It is made without a result; every later save brings one and must not bring a finished interaction back.
    if (payload.result === undefined) {
      // The next step of a sign-in that is under way is not another one.
      if (payload.lastSubmission === undefined) await this.#limitBeginning();
      await this.#interactions.insert({ idHash, browserHash, sealedPayload, ttlSeconds });
    } else if (!(await this.#interactions.update(idHash, browserHash, sealedPayload))) {
      throw new errors.SessionNotFound('interaction session not found');
    }
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const idHash = tokenHash(id);
    const record = await this.#interactions.find(idHash, this.#browserHash());
    return record && this.#codec.open(id, idHash, record);
  }

  override async destroy(id: string): Promise<void> {
    await this.#interactions.destroy(tokenHash(id));
  }

  async #limitBeginning(): Promise<void> {
    const retryAfterSeconds = await this.#limit.retryAfterSeconds(requestContext()?.network ?? 'unknown');
    if (retryAfterSeconds === undefined) return;
    Provider.ctx?.set('Retry-After', String(retryAfterSeconds));
    throw new TooManySignIns();
  }

  #browserHash(): Buffer {
    const context = requestContext();
    if (!context) throw new Error('an interaction was asked for outside a request');
    return context.browserHash;
  }
}
