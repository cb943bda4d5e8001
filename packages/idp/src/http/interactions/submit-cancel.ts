import type { Context } from 'koa';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { readStep } from './read-step.ts';
import { accessDenied } from './submit-consent.ts';

/** POST /interaction/:uid/cancel: back to the application without signing in. */
export const submitCancel = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const step = await readStep(ctx, parts);
    if (!step) return;
    await finishInteraction(ctx, parts, step.interaction, accessDenied);
  };
};
