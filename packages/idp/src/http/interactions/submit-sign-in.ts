import type { Context } from 'koa';
import { proofGenerationOfResult } from '../../oidc/session-keeper.ts';
import { epochSeconds } from '../../oidc/epoch-seconds.ts';
import { requestContext } from '../../request-context.ts';
import { tokenHash } from '../../secrets/token-hash.ts';
import { browserOf } from '../browser-cookie.ts';
import { formFields } from '../pages/form-fields.ts';
import { readForm } from '../read-form.ts';
import { finishInteraction } from './finish-interaction.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerInteractionGone, loadInteraction } from './load-interaction.ts';
import { csrfPurpose, showSignIn } from './show-interaction.ts';

/** POST /interaction/:uid/sign-in */
export const submitSignIn = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const form = await readForm(ctx.req);
    const interaction = await loadInteraction(ctx, parts);
    if (!interaction) return;
    if (interaction.prompt.name !== 'login' && interaction.prompt.name !== 'select_account') {
      await answerInteractionGone(ctx, parts);
      return;
    }
    const userName = form.get(formFields.userName) ?? '';
    const password = form.get(formFields.password) ?? '';
    if (!parts.pages.isOwnForm(ctx, form, csrfPurpose(interaction))) {
      await showSignIn(ctx, parts, interaction, { status: 403, error: { kind: 'formExpired' } });
      return;
    }
    const result = await parts.signIn.attempt({
      usernameOrEmail: userName,
      password,
      browserHash: tokenHash(browserOf(ctx).value),
      network: requestContext()?.network ?? 'unknown',
      signal: requestAborted(ctx),
    });
    switch (result.kind) {
      case 'wrong':
        await showSignIn(ctx, parts, interaction, { status: 401, userName, error: { kind: 'wrong' } });
        return;
      case 'limited':
        ctx.set('Retry-After', String(result.retryAfterSeconds));
        await showSignIn(ctx, parts, interaction, {
          status: 429,
          userName,
          error: { kind: 'limited', waitMinutes: Math.ceil(result.retryAfterSeconds / 60) },
        });
        return;
      case 'busy':
        ctx.set('Retry-After', String(result.retryAfterSeconds));
        await showSignIn(ctx, parts, interaction, { status: 503, userName, error: { kind: 'busy' } });
        return;
      case 'signed-in':
        await finishInteraction(ctx, parts, interaction, {
          ...(interaction.prompt.name === 'select_account' ? { select_account: {} } : {}),
          // With its time: the engine takes this result once more after the consent page, which is no new proof.
          login: {
            accountId: result.account.id,
            amr: ['pwd'],
            ts: epochSeconds(),
            remember: true,
            [proofGenerationOfResult]: result.proofGeneration,
          },
        });
    }
  };
};

/** Fires when the browser has gone away. */
const requestAborted = (ctx: Context): AbortSignal => {
  const controller = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) controller.abort(new Error('the browser went away'));
  });
  return controller.signal;
};
