import type Router from '@koa/router';
import type { InteractionParts } from './interaction-parts.ts';
import { showInteraction } from './show-interaction.ts';
import { submitCancel } from './submit-cancel.ts';
import { submitConsent } from './submit-consent.ts';
import { submitSelectAccount } from './submit-select-account.ts';
import { submitSignIn } from './submit-sign-in.ts';

/** All pages of an interaction lie below its address, because the engine's interaction cookie has that path. */
export const addInteractionRoutes = (router: Router, parts: InteractionParts): void => {
  router.get('/interaction/:uid', showInteraction(parts));
  router.post('/interaction/:uid/sign-in', submitSignIn(parts));
  router.post('/interaction/:uid/select-account', submitSelectAccount(parts));
  router.post('/interaction/:uid/consent', submitConsent(parts));
  router.post('/interaction/:uid/cancel', submitCancel(parts));
};
