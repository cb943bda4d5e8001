import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { sessionNotFound } from '../../oidc/engine-internals.ts';
import { browserOf } from '../browser-cookie.ts';
import type { InteractionParts } from './interaction-parts.ts';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** A parameter of the authorization request. */
export const parameter = (interaction: Interaction, name: string): string | undefined => {
  const value = interaction.params[name];
  return typeof value === 'string' ? value : undefined;
};

/**
 * The interaction that this browser is in, at this address. When there is none, or its client is gone or disabled by
 * now, the answer is a page that says what to do, and undefined comes back.
 */
export const loadInteraction = async (
  ctx: Context,
  parts: Pick<InteractionParts, 'provider' | 'pages' | 'currentSession' | 'clients'>,
): Promise<Interaction | undefined> => {
  try {
    const interaction = await parts.provider().interactionDetails(ctx.req, ctx.res);
    if (interaction.uid === ctx['params'].uid) {
      const client = await parts.clients.find(parameter(interaction, 'client_id') ?? '');
      if (client !== undefined && client.disabledAt === undefined) return interaction;
      answerUnknownClient(ctx, parts);
      return undefined;
    }
  } catch (error) {
    if (!sessionNotFound(error)) throw error;
  }
  await answerInteractionGone(ctx, parts);
  return undefined;
};

/** The client was removed or disabled while the page was open. In the engine's words for it. */
export const answerUnknownClient = (ctx: Context, { pages }: Pick<InteractionParts, 'pages'>): void =>
  pages.error(ctx, 400, 'unknownClient', { code: 'invalid_client', reason: 'client is invalid' });

/** Says why there is no interaction, as far as it can be told from here. */
export const answerInteractionGone = async (
  ctx: Context,
  { pages, currentSession }: Pick<InteractionParts, 'pages' | 'currentSession'>,
): Promise<void> => {
  if (browserOf(ctx).isNew) {
    // Cookies are off, or this is not the browser that the sign-in began in.
    pages.error(ctx, 400, ctx.method === 'POST' ? 'cookiesOff' : 'otherBrowser');
  } else if (await currentSession.find(ctx)) {
    pages.error(ctx, 400, 'alreadyFinished', { link: { url: '/' } });
  } else {
    pages.error(ctx, 400, 'signInExpired');
  }
};
