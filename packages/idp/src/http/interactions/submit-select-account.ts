import type { Context } from 'koa';
import { decisions, formFields } from '../pages/form-fields.ts';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { readStep } from './read-step.ts';

/** POST /interaction/:uid/select-account */
export const submitSelectAccount = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const step = await readStep(ctx, parts, 'select_account');
    if (!step) return;
    const { form, interaction } = step;
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
