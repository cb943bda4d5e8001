import type { Context, Middleware } from 'koa';
import { requestContext } from '../../request-context.ts';
import { cookieValues } from '../cookie-header.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { parameter, type Interaction } from './load-interaction.ts';

type Parts = Pick<InteractionParts, 'provider' | 'pages' | 'currentSession' | 'endSessions'>;

/** Looks at an interaction before the engine resumes it, for what the engine does not look at. */
export const checkResumedInteraction = (parts: Parts): Middleware => {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' || !/^\/auth\/[^/]+$/.test(ctx.path)) return next();
    // Of several, one may be tossed from a sibling host; the engine takes the first and does not look at the path.
    const [uid] = cookieValues(ctx.req.headers.cookie, parts.provider().cookieName('resume'));
    const { Interaction } = parts.provider();
    const interaction = uid === undefined ? undefined : await Interaction.find<Interaction>(uid);
    if (interaction) {
      if (!(await isRedirectUriRegistered(parts, interaction))) {
        parts.pages.error(ctx, 400, 'redirectUriMismatch', { code: 'invalid_redirect_uri' });
        return undefined;
      }
      await endReplacedSession(ctx, parts, interaction);
    }
    return next();
  };
};

/** An hour may have passed since the engine compared it, and the administrator may have taken it from the client. */
const isRedirectUriRegistered = async ({ provider }: Parts, interaction: Interaction): Promise<boolean> => {
  const client = await provider().Client.find(parameter(interaction, 'client_id') ?? '');
  // A client that is gone is for the engine to say.
  return client === undefined || client.redirectUriAllowed(parameter(interaction, 'redirect_uri') ?? '');
};

/**
 * Ends this browser's session when the sign-in is somebody else's. The engine would answer with a page of its own that
 * submits itself by an inline script. Only a proof that was given in this very interaction counts: one that a later
 * step carries along belongs to the session that it began.
 */
const endReplacedSession = async (
  ctx: Context,
  { currentSession, endSessions }: Parts,
  interaction: Interaction,
): Promise<void> => {
  const accountId = interaction.result?.login?.accountId;
  if (accountId === undefined || interaction.prompt.name === 'consent') return;
  const signedIn = await currentSession.find(ctx);
  if (!signedIn || signedIn.account.id === accountId) return;
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
