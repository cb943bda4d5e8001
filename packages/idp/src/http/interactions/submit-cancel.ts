import type { Context } from 'koa';
import { readForm } from '../read-form.ts';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { loadInteraction } from './load-interaction.ts';
import { csrfPurpose } from './show-interaction.ts';
import { accessDenied } from './submit-consent.ts';

/** POST /interaction/:uid/cancel: back to the application without signing in. */
export const submitCancel = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const form = await readForm(ctx.req);
    const interaction = await loadInteraction(ctx, parts);
    if (!interaction) return;
    if (!parts.pages.isOwnForm(ctx, form, csrfPurpose(interaction))) {
      parts.pages.error(ctx, 403, 'formExpired');
      return;
    }
    await finishInteraction(ctx, parts, interaction, accessDenied);
  };
};
