import type {
  ApplicationAnswer,
  AskApplication,
  ConnectionProblem,
  ConnectionProblemCode,
  ExpectedConnection,
} from '@latchkey/application-kind';
import { describeNoAnswer } from './describe-no-answer.ts';
import { quoted } from './quoted.ts';
import { readCheckAnswer, type CheckAnswer } from './read-check-answer.ts';
import { homeText } from './addresses.ts';

const fromTheStart = (code: ConnectionProblemCode, message: string): ConnectionProblem => ({
  code,
  message,
  untilConfigured: false,
});

const untilConfigured = (code: ConnectionProblemCode, message: string): ConnectionProblem => ({
  code,
  message,
  untilConfigured: true,
});

/**
 * Asks the plugin at `…/latchkey/check` how it is connected: `{"issuer", "client_id", "callback", "ready", "problem"?}`, by
 * 200, JSON, `no-store`. The answer says nothing that is secret and is believed in nothing: it is only compared.
 */
export async function checkConnection(
  expected: ExpectedConnection,
  ask: AskApplication,
): Promise<readonly ConnectionProblem[]> {
  const answer = await ask(expected.addresses.check);
  if (!answer.answered) return [describeNoAnswer(answer, expected)];
  const wayIsBlocked = describeStatus(answer, expected);
  if (wayIsBlocked !== undefined) return [wayIsBlocked];
  const said = readCheckAnswer(answer.text);
  if (said === undefined) return [notActive(expected, 'something else answers there')];
  return [...describeCaching(answer), ...describeDifferences(said, expected)];
}

function describeStatus(
  { status, headers }: ApplicationAnswer,
  expected: ExpectedConnection,
): ConnectionProblem | undefined {
  const { check } = expected.addresses;
  if (status === 200) return undefined;
  if (status >= 300 && status < 400) return describeRedirect(headers.get('location'), expected);
  if (status === 401 || status === 403) {
    return fromTheStart(
      'ERR_CHECK_FORBIDDEN',
      `${check} is refused (${status}): a password, a firewall or a security plugin stands in front of the blog; let the addresses below /latchkey/ through`,
    );
  }
  if (status >= 500) {
    return fromTheStart(
      'ERR_CHECK_FAILING',
      `the blog fails with status ${status} at ${check}: look into the log of its web server and PHP`,
    );
  }
  return notActive(expected, `status ${status}`);
}

function notActive({ addresses, home }: ExpectedConnection, why: string): ConnectionProblem {
  const throughIndex = addresses.check.startsWith(`${homeText(home)}/index.php/`);
  const orElse = throughIndex
    ? ''
    : ', or the web server does not pass unknown addresses to WordPress (then connect with --no-rewrite)';
  return untilConfigured(
    'ERR_CHECK_NOT_ACTIVE',
    `the Latchkey plugin does not answer at ${addresses.check} (${why}): it is not installed or not active${orElse}`,
  );
}

/** Without query and fragment, which may hold what is nobody's business. */
function describeRedirect(location: string | null, { addresses }: ExpectedConnection): ConnectionProblem {
  const target = location === null ? null : URL.parse(location, addresses.check);
  if (target === null || (target.protocol !== 'https:' && target.protocol !== 'http:')) {
    return fromTheStart('ERR_CHECK_REDIRECT', `${addresses.check} redirects, but nowhere that could be followed`);
  }
  const place = `${target.origin}${target.pathname}`;
  const home = homeOf(place, 'check');
  return fromTheStart(
    'ERR_CHECK_REDIRECT',
    home === undefined
      ? `${addresses.check} redirects to ${quoted(place)}: something stands in front of the plugin (a sign-in, a maintenance page, another plugin)`
      : `${addresses.check} redirects to ${quoted(place)}: the blog lives at ${quoted(home)}; connect that address`,
  );
}

/** A copy that somebody keeps would tell how it was. */
function describeCaching({ headers }: ApplicationAnswer): readonly ConnectionProblem[] {
  const control = (headers.get('cache-control') ?? '').toLowerCase().split(',');
  const kept = Number(headers.get('age') ?? 0) > 0 || !control.some((directive) => directive.trim() === 'no-store');
  return kept
    ? [
        fromTheStart(
          'ERR_CHECK_CACHED',
          'a cache in front of the blog answers for the plugin, or takes its no-store away: let it pass everything below /latchkey/ unchanged',
        ),
      ]
    : [];
}

function describeDifferences(said: CheckAnswer, expected: ExpectedConnection): readonly ConnectionProblem[] {
  const problems: ConnectionProblem[] = [];
  if (said.issuer !== expected.issuer) {
    problems.push(
      untilConfigured(
        'ERR_CHECK_ISSUER',
        said.issuer === ''
          ? 'the plugin has no issuer yet: give it the settings'
          : `the plugin's issuer is ${quoted(said.issuer)}, and should be ${quoted(expected.issuer)}`,
      ),
    );
  }
  if (said.clientId !== expected.clientId) {
    problems.push(
      untilConfigured(
        'ERR_CHECK_CLIENT_ID',
        said.clientId === ''
          ? 'the plugin has no client id yet: give it the settings'
          : `the plugin's client id is ${quoted(said.clientId)}, and should be ${quoted(expected.clientId)}`,
      ),
    );
  }
  if (said.callback !== expected.addresses.callback) problems.push(otherCallback(said.callback, expected));
  if (!said.ready && problems.length === 0) {
    const reason = said.problem === '' ? '' : `: ${quoted(said.problem)}`;
    problems.push(untilConfigured('ERR_CHECK_NOT_READY', `the plugin says that it is not ready${reason}`));
  }
  return problems;
}

function otherCallback(callback: string, { addresses, home }: ExpectedConnection): ConnectionProblem {
  const difference = `the plugin's redirect URI is ${quoted(callback)}, and ${quoted(addresses.callback)} is registered`;
  const itsHome = homeOf(callback, 'callback');
  const throughIndex = callback.endsWith('/index.php/latchkey/callback');
  const advice =
    itsHome === homeText(home)
      ? `connect ${throughIndex ? 'with' : 'without'} --no-rewrite`
      : itsHome === undefined
        ? 'look at "Site Address" in the general settings of the blog'
        : `the blog calls itself ${quoted(itsHome)}; connect that address, or correct "Site Address" in its general settings`;
  return fromTheStart('ERR_CHECK_CALLBACK', `${difference}: ${advice}`);
}

/** The blog's home in one of the plugin's addresses. */
const homeOf = (address: string, endpoint: 'callback' | 'check'): string | undefined =>
  new RegExp(`^(https?://.*?)(?:/index\\.php)?/latchkey/${endpoint}$`).exec(address)?.[1];
