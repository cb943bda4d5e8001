import type { Context, Middleware } from 'koa';
import { requestContext } from '../../request-context.ts';
import { cookieValues } from '../cookie-header.ts';
import type { InteractionParts } from './interaction-parts.ts';

/**
 * Ends this browser's session before the engine resumes a sign-in as somebody else. The engine would answer with a page
 * of its own that submits itself by an inline script.
 */
export const endReplacedSession = (
  parts: Pick<InteractionParts, 'provider' | 'currentSession' | 'endSessions'>,
): Middleware => {
  return async (ctx, next) => {
    if (ctx.method === 'GET' && /^\/auth\/[^/]+$/.test(ctx.path)) await endReplaced(ctx, parts);
    await next();
  };
};

const endReplaced = async (
  ctx: Context,
  { provider, currentSession, endSessions }: Pick<InteractionParts, 'provider' | 'currentSession' | 'endSessions'>,
): Promise<void> => {
  // Of several, one may be tossed from a sibling host; the engine takes the first and does not look at the path.
  const [uid] = cookieValues(ctx.req.headers.cookie, provider().cookieName('resume'));
  if (uid === undefined) return;
  const interaction = await provider().Interaction.find(uid);
  const accountId = interaction?.result?.login?.accountId;
  const signedIn = accountId === undefined ? undefined : await currentSession.find(ctx);
  if (!interaction || !signedIn || signedIn.account.id === accountId) return;
  await endSessions.end({
    which: { uid: signedIn.session.uid },
    cause: 'account switch',
    actor: `account:${signedIn.account.id}`,
    network: requestContext()?.network,
  });
  // The interaction began in the session that is over now.
  interaction.session = undefined;
  await interaction.persist();
};
