import { decisions, formFields } from '../../src/http/pages/form-fields.ts';
import { password as defaultPassword } from './running-provider.ts';
import {
  exchange,
  formOf,
  refreshOf,
  authorizationRequest,
  UserAgent,
  type Answer,
  type AuthorizationRequest,
  type Tokens,
} from './user-agent.ts';

/** Where a browser is after it did something at the issuer: at a page, or sent away to the client. */
export type Step =
  | { readonly page: Answer; readonly sentTo?: undefined }
  | { readonly page?: undefined; readonly sentTo: URL };

/** Follows redirects, and pages that go on by themselves, within the issuer. */
export const follow = async (agent: UserAgent, answer: Answer): Promise<Step> => {
  let current = answer;
  for (let hops = 0; hops < 12; hops += 1) {
    const refresh = current.text.includes('http-equiv="refresh"')
      ? new URL(refreshOf(current), current.url)
      : undefined;
    const next = current.location ?? refresh;
    if (next === undefined) return { page: current };
    if (next.origin !== agent.origin) return { sentTo: next };
    current = await agent.ask(next);
  }
  throw new Error('too many redirects');
};

/** Sends the browser off with an authorization request. */
export const begin = async (agent: UserAgent, authorization: AuthorizationRequest): Promise<Step> =>
  follow(agent, await agent.ask(authorization.url));

/** The page that the browser is at. @throws when it was sent away */
export const pageOf = (step: Step): Answer => {
  if (step.page === undefined) throw new Error(`no page, sent to ${step.sentTo.href}`);
  return step.page;
};

/** What the client gets: the parameters of the redirect. @throws when the browser is still at the issuer */
export const responseOf = (step: Step): URLSearchParams => {
  if (step.sentTo === undefined) throw new Error(`not sent away, status ${step.page.status}:\n${step.page.text}`);
  return step.sentTo.searchParams;
};

/** Sends the page's form whose action ends with `actionEnd`, with these fields beside the hidden ones. */
export const submit = async (
  agent: UserAgent,
  page: Answer,
  actionEnd: string,
  more: Record<string, string> = {},
): Promise<Step> => {
  const { action, fields } = formOf(page, actionEnd);
  return follow(agent, await agent.ask(action, { form: { ...fields, ...more } }));
};

export const submitSignIn = (
  agent: UserAgent,
  page: Answer,
  username: string,
  password = defaultPassword,
): Promise<Step> =>
  submit(agent, page, '/sign-in', { [formFields.userName]: username, [formFields.password]: password });

export const allow = (agent: UserAgent, page: Answer): Promise<Step> =>
  submit(agent, page, '/consent', { [formFields.decision]: decisions.consent.allow });

export const deny = (agent: UserAgent, page: Answer): Promise<Step> =>
  submit(agent, page, '/consent', { [formFields.decision]: decisions.consent.deny });

/** Which page of an interaction this is, by the form on it. */
export const kindOf = (page: Answer): 'sign-in' | 'consent' | 'select-account' | 'other' => {
  for (const kind of ['consent', 'select-account', 'sign-in'] as const) {
    if (new RegExp(`action="[^"]*/${kind}"`).test(page.text)) return kind;
  }
  return 'other';
};

/** Signs in and allows whatever is asked, until the browser is sent to the client. */
export const goThrough = async (
  agent: UserAgent,
  authorization: AuthorizationRequest,
  username: string,
): Promise<URLSearchParams> => {
  let step = await begin(agent, authorization);
  for (let pages = 0; pages < 3 && step.page !== undefined; pages += 1) {
    const { page } = step;
    const kind = kindOf(page);
    if (kind === 'sign-in') step = await submitSignIn(agent, page, username);
    else if (kind === 'consent') step = await allow(agent, page);
    else break;
  }
  return responseOf(step);
};

export interface IssuedTokens extends Tokens {
  readonly token_type: string;
}

/** Goes through sign-in and consent and exchanges the code, with these headers at the token endpoint. */
export const tokensFor = async (
  agent: UserAgent,
  client: { readonly client_id: string; readonly client_secret?: string },
  username: string,
  more: Record<string, string | undefined> = {},
  atExchange: {
    readonly parameters?: Record<string, string | undefined>;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<IssuedTokens> => {
  const authorization = authorizationRequest(client.client_id, more);
  const response = await goThrough(agent, authorization, username);
  const code = response.get('code');
  if (code === null) throw new Error(`no code: ${response.toString()}`);
  const answer = await exchange(
    new UserAgent({ issuer: agent.origin }),
    client,
    {
      code,
      code_verifier: authorization.codeVerifier,
      ...(more['redirect_uri'] === undefined ? {} : { redirect_uri: more['redirect_uri'] }),
      ...(client.client_secret === undefined ? { client_id: client.client_id } : {}),
      ...atExchange.parameters,
    },
    atExchange.headers,
  );
  if (answer.status !== 200) throw new Error(`the exchange failed: ${answer.status} ${answer.text}`);
  return answer.json() as unknown as IssuedTokens;
};
