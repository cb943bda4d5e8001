import { METHODS } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import type { Logger } from 'pino';
import type { Issuer } from '../config/issuer.ts';
import type { TrustProxy } from '../config/trust-proxy.ts';
import type { CookieNames } from '../oidc/cookie-names.ts';
import { answerFailures } from './answer-failures.ts';
import type { Assets } from './assets/assets.ts';
import { knowBrowser } from './browser-cookie.ts';
import { authorizationByPost, engine } from './engine.ts';
import { guardHost } from './guard-host.ts';
import { health, type Readiness } from './health.ts';
import { addHomeRoute } from './home.ts';
import { checkResumedInteraction } from './interactions/check-resumed-interaction.ts';
import type { InteractionParts } from './interactions/interaction-parts.ts';
import { addInteractionRoutes } from './interactions/interaction-routes.ts';
import { profileEndpoint } from './profile-endpoint.ts';
import { readForm } from './read-form.ts';
import { limitBody } from './request-limits.ts';
import { requestLog } from './request-log.ts';
import { dataHeaders } from './security-headers.ts';
import { serveAssets } from './serve-assets.ts';
import { addSignOutRoutes } from './sign-out/end-session-routes.ts';
import type { SignOutParts } from './sign-out/sign-out-parts.ts';

export interface HttpParts extends InteractionParts, SignOutParts {
  readonly issuer: Issuer;
  readonly trustProxy: TrustProxy;
  readonly logger: Logger;
  readonly assets: Assets;
  readonly cookieNames: CookieNames;
  readonly isReady: () => Promise<Readiness>;
  readonly isUnavailable: (error: unknown) => boolean;
}

/** All that the provider answers over HTTP, in the order in which a request passes it. */
export const createHttpApp = (parts: HttpParts): Koa => {
  const app = new Koa();
  // The guard pins what is forwarded to the issuer's own values, so the engine may believe it.
  app.proxy = true;
  app.on('error', (error: unknown) => parts.logger.error({ err: error }, 'an answer failed'));
  const issuer = new URL(parts.issuer.url);

  app.use(requestLog(parts.logger));
  app.use(async (ctx, next) => {
    // Whatever is answered: pages and assets replace them by their own.
    ctx.set(dataHeaders(issuer));
    await next();
  });
  app.use(guardHost(parts.issuer, parts.trustProxy));
  app.use(health(parts.isReady));
  app.use(limitBody());
  app.use(serveAssets(parts.assets, issuer));
  app.use(knowBrowser(parts.cookieNames, parts.issuer.scheme === 'https'));
  app.use(answerFailures(parts));
  app.use(authorizationByPost(async (ctx) => new URLSearchParams([...(await readForm(ctx.req))])));

  // Exactly as written: what stands before and behind the router compares paths as they are.
  const router = new Router({ sensitive: true, strict: true, methods: [...METHODS] });
  addHomeRoute(router, parts);
  addInteractionRoutes(router, parts);
  addSignOutRoutes(router, parts);
  app.use(router.routes());
  app.use(router.allowedMethods());
  app.use(checkResumedInteraction(parts));
  app.use(profileEndpoint());
  app.use(engine(parts.provider, parts.hint));
  return app;
};
