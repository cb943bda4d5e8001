import type { AdoptionPage } from '../linking/adoption-page.ts';
import type { ProofOutcome } from '../linking/adoption-proof.ts';
import { distrustAll } from '../linking/apply-profile.ts';
import type { ProveAdoption } from '../linking/prove-adoption.ts';
import type { PageForm } from '../pages/page.ts';
import { html, redirect } from '../answers.ts';
import { withSignedIn } from '../signed-in-state/silent-memory.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { begin, readSignedIn } from './finish-sign-in.ts';
import { newNamePage } from './new-name-page.ts';
import { findPending, type PendingSignIn } from './pending-sign-in.ts';
import { readForm } from './read-form.ts';

/** `GET proof`: which local user the person may take over, and how. With `token`: the page behind the mailed link. */
export const showProof = async (request: Request, parts: EndpointParts): Promise<Response> => {
  const waiting = waitingProof(request, parts);
  if (waiting === undefined) return nothingWaits(parts);
  const { pending, proveAdoption } = waiting;
  const token = new URL(request.url).searchParams.get('token');
  if (token === null) return proofPage(parts, pending, proveAdoption, '');
  const outcome = await proveAdoption.openMail(pending.subject, pending.localUserId, token, parts.now());
  if (outcome !== 'show-confirmation') return proofPage(parts, pending, proveAdoption, said(outcome));
  return html(
    parts.showPage({
      title: 'Is this you?',
      text: 'With this button the local user becomes part of your account. Its local password stops working.',
      links: [],
      forms: [form(parts, pending, 'confirm', 'Yes, take it over', { token })],
    }),
  );
};

/** `POST proof` with `csrf` and `action`: `password`, `mail`, `confirm` or `decline`. */
export const submitProof = async (request: Request, parts: EndpointParts): Promise<Response> => {
  const waiting = waitingProof(request, parts);
  if (waiting === undefined) return nothingWaits(parts);
  const { pending, proveAdoption } = waiting;
  const read = await readForm(request);
  if (read.kind === 'refused') return read.response;
  const { fields } = read;
  if (!parts.formTokens.isGood(pending.id, fields.get('csrf'))) {
    return proofPage(parts, pending, proveAdoption, 'This form was not made for this sign-in.', 403);
  }
  const outcome = await act(parts, pending, proveAdoption, fields);
  if (outcome === 'proved' || outcome === 'declined') return complete(request, parts, pending, proveAdoption);
  return proofPage(parts, pending, proveAdoption, said(outcome), outcome === 'send-mail' ? 200 : 403);
};

const act = (
  { now }: EndpointParts,
  { subject, localUserId }: PendingSignIn,
  proveAdoption: ProveAdoption,
  fields: ReadonlyMap<string, string>,
): Promise<ProofOutcome> | ProofOutcome => {
  switch (fields.get('action')) {
    case 'password':
      return proveAdoption.tryPassword(subject, localUserId, fields.get('password') ?? '', now());
    case 'mail':
      return proveAdoption.sendMail(subject, localUserId, now());
    case 'confirm':
      return proveAdoption.confirmMail(subject, localUserId, fields.get('token') ?? '', now());
    case 'decline':
      return proveAdoption.decline(subject, localUserId, now());
    default:
      return 'not-possible';
  }
};

/** Takes up the sign-in where it waited; what was proved is decided on inside the linker's own lock. */
const complete = async (
  request: Request,
  parts: EndpointParts,
  { subject, answer, attempt, localUserId }: PendingSignIn,
  proveAdoption: ProveAdoption,
): Promise<Response> => {
  const done = parts.cookies.clear(parts.names.pending);
  const retry = `${parts.settings.path}/start?to=${encodeURIComponent(attempt.returnPath)}`;
  const read = await readSignedIn(parts, answer);
  if (read.kind !== 'profile') return redirect(retry, [done]);
  const { profile, etag } = read;
  const proof = await proveAdoption.find(subject, localUserId);
  const issuedAt = new Date(answer.issuedAt * 1000);
  const result = await parts.linker.signIn(profile, { how: 'interactive', issuedAt, now: parts.now(), proof });
  if (result.kind !== 'user') return redirect(retry, [done]); // things changed meanwhile: decide afresh
  await distrustAll(parts.store, result.displaced);
  const found = await parts.sessions.find(request.headers.get('cookie'));
  const session = found.kind === 'session' ? found.session : undefined;
  const outcome = await begin(parts, { answer, attempt, session }, result, etag);
  if (outcome.kind !== 'signed-in') return redirect(retry, [done, ...outcome.setCookies]);
  const memory = withSignedIn(parts.departure.memory(request), answer.hint);
  const setCookies = [done, ...outcome.setCookies, parts.departure.remember(memory)];
  return outcome.newName === undefined
    ? redirect(attempt.returnPath, setCookies)
    : html(newNamePage(parts, outcome.newName, attempt.returnPath), { setCookies });
};

const waitingProof = (
  request: Request,
  parts: EndpointParts,
): { readonly pending: PendingSignIn; readonly proveAdoption: ProveAdoption } | undefined => {
  const pending = findPending(parts, request);
  return pending === undefined || parts.proveAdoption === undefined
    ? undefined
    : { pending, proveAdoption: parts.proveAdoption };
};

const nothingWaits = ({ showPage, settings }: EndpointParts): Response =>
  html(
    showPage({
      title: 'No sign-in waits in this browser',
      text: 'It waited too long, or it was begun in another browser: open the link of the mail there.',
      links: [{ label: 'Sign in', href: `${settings.path}/start?to=%2F` }],
    }),
    { status: 400 },
  );

const proofPage = async (
  parts: EndpointParts,
  pending: PendingSignIn,
  proveAdoption: ProveAdoption,
  notice: string,
  status = 200,
): Promise<Response> => {
  const page = await proveAdoption.page(pending.subject, pending.localUserId, parts.now());
  if (page === undefined || page.state === 'expired') return nothingWaits(parts);
  const { applicationName } = parts.settings;
  return html(
    parts.showPage({
      title: `Is “${page.username}” yours?`,
      text: [notice, question(page, applicationName)].filter((sentence) => sentence !== '').join(' '),
      links: [],
      forms: forms(parts, pending, page),
    }),
    { status },
  );
};

const question = ({ username, maskedEmail, mailIsOut, mailsLeft }: AdoptionPage, applicationName: string): string =>
  [
    `${applicationName} has a user “${username}”${maskedEmail === undefined ? '' : ` with the address ${maskedEmail}`}.`,
    'If it is yours, prove it once and it becomes part of your account.',
    ...(mailIsOut ? ['A mail is under way: open its link in this browser.'] : []),
    ...(mailsLeft === 0 ? ['No further mails are sent.'] : []),
  ].join(' ');

const forms = (parts: EndpointParts, pending: PendingSignIn, page: AdoptionPage): PageForm[] => [
  ...(page.ways.includes('password')
    ? [{ ...form(parts, pending, 'password', 'Take it over'), passwordLabel: `Local password of “${page.username}”` }]
    : []),
  ...(page.ways.includes('mail') ? [form(parts, pending, 'mail', 'Send me a link by mail')] : []),
  form(parts, pending, 'decline', 'It is not mine: begin as a new user'),
];

const form = (
  { settings, formTokens }: EndpointParts,
  { id }: PendingSignIn,
  action: string,
  button: string,
  more: Readonly<Record<string, string>> = {},
): PageForm => ({
  action: `${settings.path}/proof`,
  hidden: { csrf: formTokens.tokenFor(id), action, ...more },
  button,
});

const notices: Partial<Record<ProofOutcome, string>> = {
  'send-mail': 'The mail was sent.',
  failed: 'That was not right.',
  locked: 'There were too many wrong passwords.',
  'mail-limit': 'Enough mails were sent.',
};

const said = (outcome: ProofOutcome): string => notices[outcome] ?? '';
