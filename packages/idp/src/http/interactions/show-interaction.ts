import type { Context } from 'koa';
import type { Account } from '../../domain/account/account.ts';
import type { Client } from '../../domain/client/client.ts';
import type { Html } from '../html/html.ts';
import { consentPage } from '../pages/consent-page.ts';
import { selectAccountPage } from '../pages/select-account-page.ts';
import type { PageContext } from '../pages/site.ts';
import { signInPage, type SignInError } from '../pages/sign-in-page.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { answerUnknownClient, loadInteraction, parameter, type Interaction } from './load-interaction.ts';
import { requestedScopes } from './requested-scopes.ts';

/** What a form of an interaction is for. */
export const csrfPurpose = (interaction: Interaction): string => `interaction ${interaction.uid}`;

/** GET /interaction/:uid */
export const showInteraction = (parts: InteractionParts) => {
  return async (ctx: Context): Promise<void> => {
    const interaction = await loadInteraction(ctx, parts);
    if (!interaction) return;
    const signedIn = await parts.currentSession.find(ctx);
    switch (interaction.prompt.name) {
      case 'consent':
        if (signedIn) return showConsent(ctx, parts, interaction, signedIn.account);
        return showSignIn(ctx, parts, interaction, {});
      case 'select_account':
        if (signedIn && ctx.query['account'] !== 'other')
          return showSelectAccount(ctx, parts, interaction, signedIn.account);
        return showSignIn(ctx, parts, interaction, {});
      default:
        return showSignIn(ctx, parts, interaction, { signedInAs: signedIn?.account });
    }
  };
};

interface SignInState {
  readonly status?: number;
  readonly userName?: string;
  readonly error?: SignInError;
  readonly signedInAs?: Account | undefined;
}

export const showSignIn = async (
  ctx: Context,
  parts: InteractionParts,
  interaction: Interaction,
  { status = 200, userName, error, signedInAs }: SignInState,
): Promise<void> => {
  const client = await clientOf(interaction, parts);
  answerStep(ctx, parts, interaction, status, (page) =>
    signInPage({
      ...page,
      action: `/interaction/${interaction.uid}/sign-in`,
      cancelAction: `/interaction/${interaction.uid}/cancel`,
      userName: userName ?? parameter(interaction, 'login_hint') ?? '',
      clientName: client?.clientName,
      error,
      signedInAs,
    }),
  );
};

const showSelectAccount = async (
  ctx: Context,
  parts: InteractionParts,
  interaction: Interaction,
  account: Account,
): Promise<void> => {
  const client = await clientOf(interaction, parts);
  answerStep(ctx, parts, interaction, 200, (page) =>
    selectAccountPage({
      ...page,
      action: `/interaction/${interaction.uid}/select-account`,
      cancelAction: `/interaction/${interaction.uid}/cancel`,
      account,
      clientName: client?.clientName,
    }),
  );
};

const showConsent = async (
  ctx: Context,
  parts: InteractionParts,
  interaction: Interaction,
  account: Account,
): Promise<void> => {
  const client = await clientOf(interaction, parts);
  // Removed since the interaction was loaded.
  if (!client) return answerUnknownClient(ctx, parts);
  const { scopes, resources } = await requestedScopes(interaction, parts.clients);
  const isNative = client.applicationType === 'native';
  answerStep(ctx, parts, interaction, 200, (page) =>
    consentPage({
      ...page,
      action: `/interaction/${interaction.uid}/consent`,
      account,
      clientName: client.clientName,
      clientHost: isNative ? undefined : new URL(parameter(interaction, 'redirect_uri') ?? '').host,
      isNative,
      scopes,
      resources,
    }),
  );
};

const clientOf = (interaction: Interaction, { clients }: InteractionParts): Promise<Client | undefined> =>
  clients.find(parameter(interaction, 'client_id') ?? '');

/** A page of this interaction, with a token for its forms, in the language that the request asks for. */
const answerStep = (
  ctx: Context,
  { pages }: InteractionParts,
  interaction: Interaction,
  status: number,
  build: (page: PageContext & { readonly csrfToken: string }) => Html,
): void => {
  const csrfToken = pages.csrfToken(ctx, csrfPurpose(interaction));
  pages.answer(ctx, status, (page) => build({ ...page, csrfToken }), parameter(interaction, 'ui_locales'));
};
