import { errors, Provider, type AdapterPayload } from 'oidc-provider';
import type { AuthorizationCodeStore } from '../../domain/token/authorization-code-store.ts';
import type { SecurityEvents } from '../../domain/security-event/security-event.ts';
import { requestContext } from '../../request-context.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { epochSeconds } from '../epoch-seconds.ts';
import type { RecordCodec } from './record-codec.ts';
import { UnusedAdapter } from './unused-adapter.ts';

export class AuthorizationCodeAdapter extends UnusedAdapter {
  readonly #codes: AuthorizationCodeStore;
  readonly #securityEvents: SecurityEvents;
  readonly #codec: RecordCodec;

  constructor(codes: AuthorizationCodeStore, securityEvents: SecurityEvents, codec: RecordCodec) {
    super('AuthorizationCode');
    this.#codes = codes;
    this.#securityEvents = securityEvents;
    this.#codec = codec;
  }

  override async upsert(id: string, payload: AdapterPayload, ttlSeconds: number): Promise<void> {
    const { sessionUid, accountId, clientId, grantId } = payload;
    if (sessionUid === undefined || accountId === undefined || clientId === undefined || grantId === undefined) {
      throw new TypeError('an authorization code without session, account, client or grant');
    }
    const idHash = tokenHash(id);
    const issued = await this.#codes.issue({
      idHash,
      sessionUid,
      accountId,
      clientId,
      grantId,
      offline: payload.expiresWithSession !== true,
      sealedPayload: this.#codec.seal(idHash, payload),
      ttlSeconds,
    });
    // Or the client was removed; whether the session is over SessionKeeper.save sees for itself.
    if (!issued) throw new errors.LoginRequired('the session has ended');
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const idHash = tokenHash(id);
    const record = await this.#codes.find(idHash);
    if (!record) return undefined;
    const payload = this.#codec.open(id, idHash, record);
    // A redirect URI that was taken from the client meanwhile takes its codes along.
    const { client, route } = Provider.ctx?.oidc ?? {};
    if (
      route === 'token' &&
      client?.clientId === payload.clientId &&
      !client?.redirectUriAllowed(payload.redirectUri ?? '')
    ) {
      return undefined;
    }
    // One that was used is told from one that expired, so that using it again revokes what came of it.
    return record.consumed ? { ...payload, exp: epochSeconds() + 1 } : payload;
  }

  /** Whoever is not first ends what the first got: one of the two is not the client (RFC 6749, section 4.1.2). */
  override async consume(id: string): Promise<void> {
    const idHash = tokenHash(id);
    if (await this.#codes.consume(idHash)) return;
    if (await this.#codes.revokeDescendants(idHash)) {
      const client = Provider.ctx?.oidc.client;
      await this.#securityEvents.record({
        event: 'code.reused',
        actor: `client:${client?.clientId ?? 'unknown'}`,
        clientId: client?.clientId,
        network: requestContext()?.network,
      });
    }
    throw new errors.InvalidGrant('authorization code already consumed');
  }
}
