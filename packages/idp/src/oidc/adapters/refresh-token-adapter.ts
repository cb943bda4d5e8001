import { errors, Provider, type AdapterPayload } from 'oidc-provider';
import type { SecurityEvents } from '../../domain/security-event/security-event.ts';
import type { GrantStore } from '../../domain/token/grant-store.ts';
import type { RefreshTokenStore } from '../../domain/token/refresh-token-store.ts';
import { requestContext } from '../../request-context.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import { codeHashOfRequest, noteCodeOfRefreshToken } from './code-of-request.ts';
import type { RecordCodec } from './record-codec.ts';
import { UnusedAdapter } from './unused-adapter.ts';

export class RefreshTokenAdapter extends UnusedAdapter {
  readonly #tokens: RefreshTokenStore;
  readonly #grants: GrantStore;
  readonly #securityEvents: SecurityEvents;
  readonly #codec: RecordCodec;

  constructor(tokens: RefreshTokenStore, grants: GrantStore, securityEvents: SecurityEvents, codec: RecordCodec) {
    super('RefreshToken');
    this.#tokens = tokens;
    this.#grants = grants;
    this.#securityEvents = securityEvents;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    if (payload.grantId === undefined) throw new TypeError('a refresh token without grant');
    const idHash = tokenHash(id);
    const predecessor = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    const inserted = await this.#tokens.insert({
      idHash,
      grantId: payload.grantId,
      sessionUid: payload.expiresWithSession === true ? payload.sessionUid : undefined,
      codeHash: codeHashOfRequest(Provider.ctx),
      predecessorHash: predecessor && tokenHash(predecessor.jti),
      sealedPayload: this.#codec.seal(idHash, payload),
      ttlSeconds,
    });
    if (!inserted) throw new errors.InvalidGrant('the grant or its session has ended');
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const idHash = tokenHash(id);
    const record = await this.#tokens.find(idHash);
    if (!record) return undefined;
    const { ctx } = Provider;
    if (ctx && record.codeHash) noteCodeOfRefreshToken(ctx, id, record.codeHash);
    const payload = this.#codec.open(id, idHash, record);
    if (!record.usable) {
      // The engine revokes the grant of a token that says it was consumed.
      payload.consumed = epochSeconds();
    }
    return payload;
  }

  override async consume(id: string): Promise<void> {
    const idHash = tokenHash(id);
    if (await this.#tokens.consume(idHash)) return;
    // Another request replaced it, and its successor was used, since this one read it.
    const record = await this.#tokens.find(idHash);
    if (record) {
      const payload = this.#codec.open(id, idHash, record);
      if (payload.grantId !== undefined) await this.#grants.revoke(payload.grantId);
      await this.#recordReuse(payload);
    }
    throw new errors.InvalidGrant('refresh token already used');
  }

  override async destroy(id: string): Promise<void> {
    // At the token endpoint the engine destroys the one that was used again, once it knows whose it is.
    const { route, entities } = Provider.ctx?.oidc ?? {};
    const reused = route === 'token' ? entities?.RefreshToken : undefined;
    if (reused) await this.#recordReuse({ accountId: reused.accountId, clientId: reused.clientId });
    await this.#tokens.destroy(tokenHash(id));
  }

  async #recordReuse(payload: AdapterPayload): Promise<void> {
    await this.#securityEvents.record({
      event: 'refresh_token.reused',
      actor: `client:${payload.clientId ?? 'unknown'}`,
      accountId: payload.accountId,
      clientId: payload.clientId,
      network: requestContext()?.network,
    });
  }
}
