import type { Context } from 'koa';
import { requestContext } from '../../request-context.ts';
import { decisions, formFields } from '../pages/form-fields.ts';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerInteractionGone, answerUnknownClient, parameter } from './load-interaction.ts';
import { readStep } from './read-step.ts';
import { requestedScopes } from './requested-scopes.ts';

/** POST /interaction/:uid/consent */
export const submitConsent = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const step = await readStep(ctx, parts, 'consent');
    if (!step) return;
    const { form, interaction } = step;
    const signedIn = await parts.currentSession.find(ctx);
    const clientId = parameter(interaction, 'client_id') ?? '';
    // The page named an account: what is allowed must be that account's, whoever is signed in by now.
    const accountId = interaction.session?.accountId;
    if (!signedIn || signedIn.account.id !== accountId) {
      await answerInteractionGone(ctx, parts);
      return;
    }
    const decision = form.get(formFields.decision);
    const event = { actor: `account:${accountId}`, accountId, clientId, network: requestContext()?.network };
    if (decision === decisions.consent.allow) {
      const { scopes, resources } = await requestedScopes(interaction, parts.clients);
      const allowed = await parts.consents.allow({
        accountId,
        clientId,
        scope: scopes.join(' '),
        resourceScopes: Object.fromEntries(resources.map(({ resource, scopes: there }) => [resource, there.join(' ')])),
      });
      if (!allowed) {
        // Removed since the interaction was loaded.
        answerUnknownClient(ctx, parts);
        return;
      }
      await parts.securityEvents.record({ ...event, event: 'consent.granted', details: { scope: scopes.join(' ') } });
      await finishInteraction(ctx, parts, interaction, { consent: {} });
    } else if (decision === decisions.consent.deny) {
      await parts.securityEvents.record({ ...event, event: 'consent.denied' });
      await finishInteraction(ctx, parts, interaction, accessDenied);
    } else {
      parts.pages.error(ctx, 400, 'badRequest');
    }
  };
};

/** The person said no (RFC 6749, section 4.1.2.1). */
export const accessDenied = { error: 'access_denied', error_description: 'the person did not allow it' };
