import type { Context } from 'koa';
import { decisions, formFields } from '../pages/form-fields.ts';
import { readForm } from '../read-form.ts';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerInteractionGone, loadInteraction } from './load-interaction.ts';
import { csrfPurpose } from './show-interaction.ts';

/** POST /interaction/:uid/select-account */
export const submitSelectAccount = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const form = await readForm(ctx.req);
    const interaction = await loadInteraction(ctx, parts);
    if (!interaction) return;
    if (interaction.prompt.name !== 'select_account') {
      await answerInteractionGone(ctx, parts);
      return;
    }
    if (!parts.pages.isOwnForm(ctx, form, csrfPurpose(interaction))) {
      parts.pages.error(ctx, 403, 'formExpired');
      return;
    }
    switch (form.get(formFields.decision)) {
      case decisions.selectAccount.continue:
        await finishInteraction(ctx, parts, interaction, { select_account: {} });
        return;
      case decisions.selectAccount.useAnother:
        ctx.status = 303;
        ctx.redirect(`/interaction/${interaction.uid}?account=other`);
        return;
      default:
        parts.pages.error(ctx, 400, 'badRequest');
    }
  };
};
