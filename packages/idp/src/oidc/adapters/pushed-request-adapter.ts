import { errors, Provider, type AdapterPayload } from 'oidc-provider';
import type { PushedBy, StrangerLimits } from '../../domain/sign-in/stranger-limits.ts';
import type { PushedRequestStore } from '../../domain/token/pushed-request-store.ts';
import { requestContext } from '../../request-context.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { provesItself } from '../client-metadata.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import { refuseTooMany } from '../too-many-requests.ts';
import type { RecordCodec } from './record-codec.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/** As much as a request that comes by a redirect can carry (`HEADER_LIMIT_BYTES`). */
const requestLimitBytes = 16 * 1024;

export class PushedRequestAdapter extends UnusedAdapter {
  readonly #requests: PushedRequestStore;
  readonly #limits: StrangerLimits;
  readonly #codec: RecordCodec;

  constructor(requests: PushedRequestStore, limits: StrangerLimits, codec: RecordCodec) {
    super('PushedAuthorizationRequest');
    this.#requests = requests;
    this.#limits = limits;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    if (sizeBytes(payload) > requestLimitBytes) throw new errors.InvalidRequest('the request is too large', 413);
    refuseTooMany(await this.#limits.pushRequest(pushedBy()), 'too many requests were pushed');
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

/** Of the parameters: the engine keeps them as the payload of an unsecured JWT. */
const sizeBytes = ({ request }: AdapterPayload): number =>
  Buffer.byteLength(String(request).split('.')[1] ?? '', 'base64url');

/** A public client only says who it is. */
const pushedBy = (): PushedBy => {
  const client = Provider.ctx?.oidc.client;
  return client && provesItself(client)
    ? { clientId: client.clientId }
    : { network: requestContext()?.network ?? 'unknown' };
};
