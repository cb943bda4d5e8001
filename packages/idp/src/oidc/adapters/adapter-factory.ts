import type { Adapter, AdapterFactory } from 'oidc-provider';
import type { StrangerLimits } from '../../domain/sign-in/stranger-limits.ts';
import type { Sealer } from '../../secrets/sealer.ts';
import type { EngineStores } from '../engine-stores.ts';
import { AccessTokenAdapter } from './access-token-adapter.ts';
import { AuthorizationCodeAdapter } from './authorization-code-adapter.ts';
import { ClientAdapter } from './client-adapter.ts';
import { GrantAdapter } from './grant-adapter.ts';
import { InteractionAdapter } from './interaction-adapter.ts';
import { PushedRequestAdapter } from './pushed-request-adapter.ts';
import { RecordCodec } from './record-codec.ts';
import { RefreshTokenAdapter } from './refresh-token-adapter.ts';
import { SessionAdapter } from './session-adapter.ts';
import { UnusedAdapter } from './unused-adapter.ts';

/** What the engine calls its kinds of records, and where each is kept. */
export const createAdapterFactory = (
  stores: EngineStores,
  limits: StrangerLimits,
  idleTtlSeconds: number,
  sealer: Sealer,
): AdapterFactory => {
  const codec = (kind: string): RecordCodec => new RecordCodec(sealer, kind);
  const adapters: Readonly<Record<string, () => Adapter>> = {
    Client: () => new ClientAdapter(stores.clients),
    Session: () => new SessionAdapter(stores.sessions, idleTtlSeconds),
    Grant: () => new GrantAdapter(stores.grants),
    AuthorizationCode: () =>
      new AuthorizationCodeAdapter(stores.authorizationCodes, stores.securityEvents, codec('AuthorizationCode')),
    AccessToken: () => new AccessTokenAdapter(stores.accessTokens, codec('AccessToken')),
    RefreshToken: () =>
      new RefreshTokenAdapter(stores.refreshTokens, stores.grants, stores.securityEvents, codec('RefreshToken')),
    Interaction: () => new InteractionAdapter(stores.interactions, stores.pushedRequests, limits, codec('Interaction')),
    PushedAuthorizationRequest: () =>
      new PushedRequestAdapter(stores.pushedRequests, limits, codec('PushedAuthorizationRequest')),
  };
  return (kind) => adapters[kind]?.() ?? new UnusedAdapter(kind);
};
