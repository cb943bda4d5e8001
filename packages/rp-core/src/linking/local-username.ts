import { foldToAscii } from './fold-to-ascii.ts';
import { subjectDigest, type Subject } from './subject.ts';
import { isReservedUsername } from './reserved-usernames.ts';
import { usernameRules, type UsernameRule, type UsernameRules } from './username-rules.ts';

/** Of whom a local user name is made. An e-mail address is not among it: user names are public. */
export interface NamedSubject extends Subject {
  readonly preferredUsername: string | undefined;
}

export interface LocalUsername {
  readonly username: string;
  /** Whether the person must be told: it is not the name that the issuer says, as this application compares names. */
  readonly differs: boolean;
}

const maxNumber = 99;

function cut(text: string, length: number, { lengthOf }: UsernameRules): string {
  const characters = Array.from(text);
  while (lengthOf(characters.join('')) > length) characters.pop();
  return characters.join('');
}

/** `alice2`; `alice1-2`, because `alice12` would be read as twelve. */
function numbered(base: string, number: number, rules: UsernameRules): string {
  const suffix = /\d$/.test(base) ? `-${number}` : String(number);
  const kept = cut(base, rules.maxLength - suffix.length, rules).replace(/[-_. ]+$/, '');
  return kept + suffix;
}

const isReserved = (name: string): boolean =>
  isReservedUsername(
    foldToAscii(name)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, ''),
  );

/** What is written like an address counts as not given; `@alice` is how people write `alice`. */
function wished(preferredUsername: string | undefined): string {
  const text = preferredUsername?.replace(/^[@\uFE6B\uFF20]/, '') ?? '';
  return text.normalize('NFKC').includes('@') ? '' : text;
}

/**
 * The names that a person's local user can have, best first, at most 198: the issuer's, unchanged or in the application's
 * form; the same with the numbers 2 to 99; and `user-` with 8 hex digits from issuer and `sub`, numbered likewise. Reserved
 * names are left out; a person whose own name is reserved gets no `admin2` either. The same input always gives the same names.
 */
export function* localUsernameCandidates(rule: UsernameRule, subject: NamedSubject): Generator<string, undefined> {
  const rules = usernameRules[rule];
  for (const text of [wished(subject.preferredUsername), `user-${subjectDigest(subject).slice(0, 8)}`]) {
    const shaped = rules.shape(text);
    const base = shaped === '' ? '' : rules.finish(cut(shaped, rules.maxLength, rules));
    if (base === '' || isReserved(base)) continue;
    yield base;
    for (let number = 2; number <= maxNumber; number++) {
      const name = numbered(base, number, rules);
      if (!isReserved(name)) yield name;
    }
  }
}

/** Whether a local user's name is another than the issuer's, as this application compares names. */
export function usernameDiffers(rule: UsernameRule, username: string, preferredUsername: string | undefined): boolean {
  const { comparisonForm } = usernameRules[rule];
  return preferredUsername === undefined || comparisonForm(username) !== comparisonForm(preferredUsername);
}

/**
 * The local user name of a person who has none yet.
 * @param taken names of local users, and others that the application would refuse; compared as the application does
 * @returns undefined where every candidate is taken
 */
export function chooseLocalUsername(
  rule: UsernameRule,
  subject: NamedSubject,
  taken: readonly string[],
): LocalUsername | undefined {
  const { comparisonForm } = usernameRules[rule];
  const forms = new Set(taken.map((name) => comparisonForm(name)));
  for (const username of localUsernameCandidates(rule, subject)) {
    if (forms.has(comparisonForm(username))) continue;
    return { username, differs: usernameDiffers(rule, username, subject.preferredUsername) };
  }
  return undefined;
}
