import { errors, Provider, type AdapterPayload } from 'oidc-provider';
import type { AccessTokenStore } from '../../domain/token/access-token-store.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { codeHashOfRequest } from './code-of-request.ts';
import type { RecordCodec } from './record-codec.ts';
import { UnusedAdapter } from './unused-adapter.ts';

export class AccessTokenAdapter extends UnusedAdapter {
  readonly #tokens: AccessTokenStore;
  readonly #codec: RecordCodec;

  constructor(tokens: AccessTokenStore, codec: RecordCodec) {
    super('AccessToken');
    this.#tokens = tokens;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    if (payload.grantId === undefined) throw new TypeError('an access token without grant');
    const idHash = tokenHash(id);
    const inserted = await this.#tokens.insert({
      idHash,
      grantId: payload.grantId,
      sessionUid: payload.expiresWithSession === true ? payload.sessionUid : undefined,
      codeHash: codeHashOfRequest(Provider.ctx),
      sealedPayload: this.#codec.seal(idHash, payload),
      ttlSeconds,
    });
    if (!inserted) throw new errors.InvalidGrant('the grant or its session has ended');
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const idHash = tokenHash(id);
    const record = await this.#tokens.find(idHash);
    return record && this.#codec.open(id, idHash, record);
  }

  override async destroy(id: string): Promise<void> {
    await this.#tokens.destroy(tokenHash(id));
  }
}
