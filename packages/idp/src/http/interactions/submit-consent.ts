import type { Context } from 'koa';
import { requestContext } from '../../request-context.ts';
import { decisions, formFields } from '../pages/form-fields.ts';
import { readForm } from '../read-form.ts';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerInteractionGone, answerUnknownClient, loadInteraction, parameter } from './load-interaction.ts';
import { requestedScopes } from './requested-scopes.ts';
import { csrfPurpose } from './show-interaction.ts';

/** POST /interaction/:uid/consent */
export const submitConsent = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const form = await readForm(ctx.req);
    const interaction = await loadInteraction(ctx, parts);
    if (!interaction) return;
    if (!parts.pages.isOwnForm(ctx, form, csrfPurpose(interaction))) {
      parts.pages.error(ctx, 403, 'formExpired');
      return;
    }
    const signedIn = await parts.currentSession.find(ctx);
    const clientId = parameter(interaction, 'client_id') ?? '';
    // The page named an account: what is allowed must be that account's, whoever is signed in by now.
    const accountId = interaction.session?.accountId;
    if (interaction.prompt.name !== 'consent' || !signedIn || signedIn.account.id !== accountId) {
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
