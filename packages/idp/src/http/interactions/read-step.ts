import type { Context } from 'koa';
import { readForm, type Form } from '../read-form.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerInteractionGone, loadInteraction, type Interaction } from './load-interaction.ts';
import { csrfPurpose } from './show-interaction.ts';

/** What was sent by a form of an interaction's page. */
export interface Step {
  readonly form: Form;
  readonly interaction: Interaction;
}

/**
 * Reads a form that the page of this interaction sent. Undefined when it is not such a form: the answer then says why.
 * @param prompt the step that the form belongs to; undefined when every step has it
 */
export const readStep = async (
  ctx: Context,
  parts: InteractionParts,
  prompt?: 'consent' | 'select_account',
): Promise<Step | undefined> => {
  const form = await readForm(ctx.req);
  const interaction = await loadInteraction(ctx, parts);
  if (!interaction) return undefined;
  if (prompt !== undefined && interaction.prompt.name !== prompt) {
    await answerInteractionGone(ctx, parts);
    return undefined;
  }
  if (!parts.pages.isOwnForm(ctx, form, csrfPurpose(interaction))) {
    parts.pages.error(ctx, 403, 'formExpired');
    return undefined;
  }
  return { form, interaction };
};
