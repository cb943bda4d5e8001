import type { Context } from 'koa';
import type { InteractionResults } from 'oidc-provider';
import { sessionNotFound } from '../../oidc/engine-internals.ts';
import { continuePage } from '../pages/continue-page.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerInteractionGone, parameter, type Interaction } from './load-interaction.ts';

/**
 * Writes the result of a step and goes on. The answer is a page that refreshes to the engine instead of a redirect:
 * `form-action 'self'` would stop a redirect chain that begins with a form and leaves this origin.
 */
export const finishInteraction = async (
  ctx: Context,
  parts: InteractionParts,
  interaction: Interaction,
  result: InteractionResults,
): Promise<void> => {
  let url: string;
  try {
    url = await parts.provider().interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  } catch (error) {
    if (!sessionNotFound(error)) throw error;
    await answerInteractionGone(ctx, parts);
    return;
  }
  const client = await parts.clients.find(parameter(interaction, 'client_id') ?? '');
  parts.pages.answer(
    ctx,
    200,
    (page) => continuePage({ ...page, url, clientName: client?.clientName }),
    parameter(interaction, 'ui_locales'),
  );
};
