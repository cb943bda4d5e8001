import { errors, type AdapterPayload } from 'oidc-provider';
import type { PushedRequestStore } from '../../domain/token/pushed-request-store.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import type { RecordCodec } from './record-codec.ts';
import { UnusedAdapter } from './unused-adapter.ts';

export class PushedRequestAdapter extends UnusedAdapter {
  readonly #requests: PushedRequestStore;
  readonly #codec: RecordCodec;

  constructor(requests: PushedRequestStore, codec: RecordCodec) {
    super('PushedAuthorizationRequest');
    this.#requests = requests;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    const idHash = tokenHash(id);
    await this.#requests.insert({ idHash, sealedPayload: this.#codec.seal(idHash, payload), ttlSeconds });
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const idHash = tokenHash(id);
    const record = await this.#requests.find(idHash);
    if (!record) return undefined;
    const payload = this.#codec.open(id, idHash, record);
    return record.consumed ? { ...payload, consumed: epochSeconds() } : payload;
  }

  override async consume(id: string): Promise<void> {
    if (await this.#requests.consume(tokenHash(id))) return;
    throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
  }
}
