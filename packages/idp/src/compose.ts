import type { ApplicationKind } from '@latchkey/application-kind';
import { wordpress } from '@latchkey/rp-wordpress/accounts-side';
import type { Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import type Koa from 'koa';
import type { CommandServices } from './cli/commands.ts';
import type { Config } from './config.ts';
import { ManageAccounts } from './domain/account/manage-accounts.ts';
import { ConnectApplications } from './domain/application/connect-applications.ts';
import { ManageClients } from './domain/client/manage-clients.ts';
import { KeyRing } from './domain/key/key-ring.ts';
import { EndSessions } from './domain/session/end-sessions.ts';
import { SignInLimits } from './domain/sign-in/sign-in-limits.ts';
import { SignIn } from './domain/sign-in/sign-in.ts';
import { StrangerLimits } from './domain/sign-in/stranger-limits.ts';
import { buildAssets } from './http/assets/assets.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { CurrentSession } from './http/current-session.ts';
import { renderEngineError, watchEngineErrors } from './http/engine-errors.ts';
import { Pages } from './http/pages.ts';
import { formPostPage } from './http/pages/form-post-page.ts';
import { BackchannelLogout } from './oidc/backchannel-logout.ts';
import { buildProvider, type ProviderParts } from './oidc/build-provider.ts';
import { cookieNames } from './oidc/cookie-names.ts';
import type { EngineStores } from './oidc/engine-stores.ts';
import { generateSigningKey } from './oidc/generate-signing-key.ts';
import { HintCookie, hintCookieSettings } from './oidc/hint-cookie.ts';
import { currentPrivateAddresses, withPrivateAddresses } from './oidc/outgoing-exceptions.ts';
import { ProviderHolder } from './oidc/provider-holder.ts';
import { outgoingFetch } from './outgoing/as-fetch.ts';
import { askApplication } from './outgoing/ask-application.ts';
import { OutgoingHttpClient } from './outgoing/outgoing-fetch.ts';
import { Argon2PasswordHasher } from './passwords/argon2-password-hasher.ts';
import { BoundedQueue } from './passwords/bounded-queue.ts';
import { ClientSecretHasher } from './secrets/client-secret-hasher.ts';
import { constantTimeEqual } from './secrets/constant-time-equal.ts';
import { keyedTextHash } from './secrets/keyed-text-hash.ts';
import { SecretKey } from './secrets/secret-key.ts';
import { Sealer } from './secrets/sealer.ts';
import { SessionNames } from './secrets/session-names.ts';
import { checkSecretKey } from './storage/check-secret-key.ts';
import { databaseUnavailable } from './storage/database-health.ts';
import type { Database } from './storage/database.ts';
import { KnexAccessTokenStore } from './storage/knex-access-token-store.ts';
import { KnexAccountStore } from './storage/knex-account-store.ts';
import { KnexAuthorizationCodeStore } from './storage/knex-authorization-code-store.ts';
import { KnexClientStore } from './storage/knex-client-store.ts';
import { KnexConsentStore } from './storage/knex-consent-store.ts';
import { KnexGrantStore } from './storage/knex-grant-store.ts';
import { KnexInteractionStore } from './storage/knex-interaction-store.ts';
import { KnexKnownBrowsers } from './storage/knex-known-browsers.ts';
import { KnexPushedRequestStore } from './storage/knex-pushed-request-store.ts';
import { KnexRefreshTokenStore } from './storage/knex-refresh-token-store.ts';
import { KnexReplayStore } from './storage/knex-replay-store.ts';
import { KnexSecurityEvents } from './storage/knex-security-events.ts';
import { KnexSessionStore } from './storage/knex-session-store.ts';
import { KnexSigningKeyStore } from './storage/knex-signing-key-store.ts';
import { KnexTransactions } from './storage/knex-transactions.ts';
import { migrate } from './storage/migrate.ts';
import { KnexRateLimits } from './storage/rate-limits.ts';
import { removeExpired } from './storage/remove-expired.ts';
import { secretKeyInDataDir } from './storage/secret-key-file.ts';

/** What `latchkey connect` can connect. */
export const applicationKinds: readonly ApplicationKind[] = [wordpress];

const daySeconds = 24 * 3600;

/** How often every process rereads the signing keys. A new one is published for twice that before it signs. */
export const keyRereadSeconds = 30;

export interface Latchkey {
  /** Everything that is answered over HTTP. */
  readonly http: Koa;
  /** What the command line asks for. */
  readonly commands: CommandServices;
  /** The engine of this moment. */
  readonly provider: () => Provider;
  /** Rereads and maintains the signing keys. */
  readonly maintainKeys: () => Promise<void>;
  /** Ends sessions that are past their end, and removes what is of no more use. @param signal makes it stop early */
  readonly tidyUp: (signal?: AbortSignal) => Promise<void>;
  /** Resolves when the applications have been told of what ended so far, or could not be. */
  readonly settled: () => Promise<void>;
}

export type WrapStores = (stores: EngineStores) => EngineStores;

/** The one place where concrete classes meet. The database is migrated here. */
export const compose = async (
  config: Config,
  database: Database,
  logger: Logger,
  wrapStores: WrapStores = (stores) => stores,
): Promise<Latchkey> => {
  await migrate(database);
  const db = database.knex;
  const secretKey = new SecretKey(config.secretKey ?? (await secretKeyInDataDir(config.dataDir)));
  await checkSecretKey(db, secretKey.derive('secret key check'));

  const issuer = new URL(config.issuer.url);
  const sealer = new Sealer(secretKey.derive('seal'));
  const names = new SessionNames(secretKey.derive('session names'));
  const clientSecrets = new ClientSecretHasher(secretKey.derive('client secret'));
  const cookies = cookieNames(issuer);
  const hint = new HintCookie(names, hintCookieSettings(issuer, config.sessionHintDomain));
  const stores = wrapStores({
    accounts: new KnexAccountStore(db),
    clients: new KnexClientStore(db),
    sessions: new KnexSessionStore(db),
    grants: new KnexGrantStore(db),
    authorizationCodes: new KnexAuthorizationCodeStore(db),
    accessTokens: new KnexAccessTokenStore(db),
    refreshTokens: new KnexRefreshTokenStore(db),
    interactions: new KnexInteractionStore(db),
    pushedRequests: new KnexPushedRequestStore(db),
    replays: new KnexReplayStore(db),
    securityEvents: new KnexSecurityEvents(db),
  });
  const rateLimits = new KnexRateLimits(db);
  const rateLimitNames = keyedTextHash(secretKey.derive('rate limit names'));
  const knownBrowsers = new KnexKnownBrowsers(db);
  const transactions = new KnexTransactions(db);
  const passwords = new Argon2PasswordHasher(new BoundedQueue({ concurrency: config.passwordHashConcurrency }));

  const assets = buildAssets(config.organisation.accentColour, logoFile(config));
  const pages = new Pages({
    issuer,
    site: {
      organisationName: config.organisation.name,
      logoUrl: config.organisation.logo?.kind === 'url' ? config.organisation.logo.url.href : assets.pathOf('logo'),
      faviconPath: assets.pathOf('logo'),
      stylesheetPath: assets.pathOf('stylesheet'),
      issuerHost: issuer.host,
    },
    assets,
    csrfKey: secretKey.derive('csrf'),
  });

  const outgoing = new OutgoingHttpClient();
  const parts: Omit<ProviderParts, 'keys'> = {
    issuer,
    stores,
    strangerLimits: new StrangerLimits(rateLimits, knownBrowsers, rateLimitNames),
    sealer,
    names,
    clientSecrets,
    cookieNames: cookies,
    hint,
    sessionTtl: {
      idleTtlSeconds: config.sessionIdleDays * daySeconds,
      absoluteTtlSeconds: config.sessionAbsoluteDays * daySeconds,
    },
    renderError: renderEngineError(pages),
    renderFormPost: (ctx, action, parameters) =>
      pages.answerFormPost(ctx, action, (page) =>
        formPostPage({ ...page, action, parameters, clientName: ctx.oidc.client?.clientName }),
      ),
    fetch: outgoingFetch(outgoing, currentPrivateAddresses),
  };
  const keyRing = new KeyRing(new KnexSigningKeyStore(db, sealer), generateSigningKey, {
    rereadSeconds: keyRereadSeconds,
    publishSeconds: 2 * keyRereadSeconds,
    rotationSeconds: config.keyRotationDays * daySeconds,
    retentionSeconds: (config.sessionAbsoluteDays + 1) * daySeconds,
  });
  const holder = new ProviderHolder(
    (keys) => watchEngineErrors(buildProvider({ ...parts, keys }), logger, databaseUnavailable),
    await keyRing.maintain(),
  );
  const provider = (): Provider => holder.current();

  const backchannel = new BackchannelLogout({
    provider,
    names,
    withPrivateAddresses,
    onFailure: (clientId, err) => logger.warn({ err, clientId }, 'a logout token was not delivered'),
  });
  const endSessions = new EndSessions(transactions, backchannel);

  const http = createHttpApp({
    issuer: config.issuer,
    trustProxy: config.trustProxy,
    logger,
    assets,
    cookieNames: cookies,
    provider,
    pages,
    currentSession: new CurrentSession(stores.sessions, stores.accounts, cookies.session),
    signIn: new SignIn({
      accounts: stores.accounts,
      knownBrowsers,
      limits: new SignInLimits(rateLimits, rateLimitNames),
      passwords,
      securityEvents: stores.securityEvents,
    }),
    endSessions,
    names,
    hint,
    clients: stores.clients,
    consents: new KnexConsentStore(db),
    securityEvents: stores.securityEvents,
    isReady: () => database.health(),
    isUnavailable: databaseUnavailable,
  });

  const clients = new ManageClients({ transactions, hashClientSecret: (secret) => clientSecrets.hash(secret) });
  const maintainKeys = async (): Promise<void> => holder.useKeys(await keyRing.maintain());
  return {
    http,
    provider,
    maintainKeys,
    commands: {
      accounts: new ManageAccounts({ transactions, passwordHasher: passwords }),
      clients,
      applications: new ConnectApplications({
        kinds: applicationKinds,
        issuer: config.issuer.url,
        clients,
        isClientSecret: (secret, secretHash) => constantTimeEqual(clientSecrets.hash(secret), secretHash),
        ask: (privateAddresses) => askApplication(outgoing, privateAddresses),
      }),
      keys: {
        list: () => keyRing.list(),
        rotate: async (by) => {
          holder.useKeys(await keyRing.maintain('rotate now'));
          await stores.securityEvents.record({ event: 'keys.rotated', ...by });
          return keyRing.list();
        },
      },
      signOutAccount: (accountId, by) =>
        endSessions.end({ which: { accountId, offlineAccessToo: false }, cause: 'remote sign-out', ...by }),
      announceEnded: async (ended) => {
        backchannel.notify(ended.clients);
        await backchannel.settled();
      },
      migrate: () => migrate(database),
    },
    tidyUp: async (signal) => {
      const limit = 100;
      const which = { expired: true, limit } as const;
      while ((await endSessions.end({ which, cause: 'expiry', actor: 'latchkey' })).sessions.length === limit);
      await removeExpired(db, signal);
    },
    settled: () => backchannel.settled(),
  };
};

const logoFile = ({ organisation: { logo } }: Config): { mediaType: string; content: Uint8Array } | undefined =>
  logo?.kind === 'file' ? logo : undefined;
