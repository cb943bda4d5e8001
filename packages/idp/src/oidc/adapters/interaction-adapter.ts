import { errors, type AdapterPayload } from 'oidc-provider';
import type { StrangerLimits } from '../../domain/sign-in/stranger-limits.ts';
import type { InteractionStore } from '../../domain/token/interaction-store.ts';
import type { PushedRequestStore } from '../../domain/token/pushed-request-store.ts';
import { requestContext, type RequestContext } from '../../request-context.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { NotAPageVisit } from '../not-a-page-visit.ts';
import { refuseTooMany } from '../too-many-requests.ts';
import type { RecordCodec } from './record-codec.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/**
 * Interactions belong to the browser that began them: every look-up names the browser's cookie, so that no code path
 * can go on with another browser's sign-in (a resume cookie tossed from a sibling host proves nothing).
 */
export class InteractionAdapter extends UnusedAdapter {
  readonly #interactions: InteractionStore;
  readonly #pushedRequests: Pick<PushedRequestStore, 'keep'>;
  readonly #limits: StrangerLimits;
  readonly #codec: RecordCodec;

  constructor(
    interactions: InteractionStore,
    pushedRequests: Pick<PushedRequestStore, 'keep'>,
    limits: StrangerLimits,
    codec: RecordCodec,
  ) {
    super('Interaction');
    this.#interactions = interactions;
    this.#pushedRequests = pushedRequests;
    this.#limits = limits;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    const idHash = tokenHash(id);
    const context = this.#context();
    const { browserHash } = context;
    const sealedPayload = this.#codec.seal(idHash, payload);
    // It is made without a result; every later save brings one and must not bring a finished interaction back.
    if (payload.result === undefined) {
      // The next step of a sign-in that is under way is not another one.
      if (payload.lastSubmission === undefined) await this.#limitBeginning(context);
      // At its end the engine looks whether the pushed request that it came of was used meanwhile.
      if (payload.parJti !== undefined) await this.#pushedRequests.keep(tokenHash(payload.parJti), ttlSeconds);
      await this.#interactions.insert({ idHash, browserHash, sealedPayload, ttlSeconds });
    } else if (!(await this.#interactions.update(idHash, browserHash, sealedPayload))) {
      throw new errors.SessionNotFound('interaction session not found');
    }
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const idHash = tokenHash(id);
    const record = await this.#interactions.find(idHash, this.#context().browserHash);
    return record && this.#codec.open(id, idHash, record);
  }

  /** The engine does so when it takes up the result: of two that do at once, one goes on. */
  override async destroy(id: string): Promise<void> {
    if (!(await this.#interactions.destroy(tokenHash(id)))) {
      throw new errors.SessionNotFound('interaction session not found');
    }
  }

  async #limitBeginning({ opensPage, browserHash, network }: RequestContext): Promise<void> {
    if (!opensPage) throw new NotAPageVisit();
    refuseTooMany(
      await this.#limits.beginSignIn(browserHash, network),
      'too many sign-ins were begun from this network',
    );
  }

  #context(): RequestContext {
    const context = requestContext();
    if (!context) throw new Error('an interaction was asked for outside a request');
    return context;
  }
}
