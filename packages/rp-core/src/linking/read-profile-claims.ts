import { isEmailAddress, isUnmailable } from './email-address.ts';
import type { Subject } from './subject.ts';
import type { Profile } from './profile.ts';

/** Why claims are nobody's profile: not an object, no usable `sub`, or another person's. */
export type ProfileClaimsFault = 'not-an-object' | 'subject-malformed' | 'subject-mismatch';

export type ProfileClaims =
  | { readonly profile: Profile; readonly fault?: undefined }
  | { readonly profile?: undefined; readonly fault: ProfileClaimsFault };

/**
 * Control characters, what shows nothing (format characters, fillers, an empty Braille cell), line and paragraph separators, halves
 * of surrogate pairs: with them a text can look like another, or turn the rest of a line around. Joiners and variation selectors
 * stay: languages and emoji need them.
 */
const unprintable =
  /[\u034F\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

const maxGroups = 250;

/** A text for people to see, composed and without white space around it; undefined where it is none. */
function text(value: unknown, maxCodePoints: number): string | undefined {
  if (typeof value !== 'string' || value.length > 2 * maxCodePoints || unprintable.test(value)) return undefined;
  const kept = value.normalize('NFC').trim();
  return visible.test(kept) && Array.from(kept).length <= maxCodePoints ? kept : undefined;
}

const email = (value: unknown): string | undefined =>
  // An address that no mail can reach is verified by nobody, and could be taken for one of our placeholders.
  typeof value === 'string' && isEmailAddress(value) && !isUnmailable(value) ? value : undefined;

const isLoopbackHost = (hostname: string): boolean =>
  hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname) || /^(?:[a-z0-9-]+\.)*localhost$/.test(hostname);

function picture(value: unknown): string | undefined {
  // Checked before parsing, because the parser removes tabs and line feeds and reads a backslash as a slash.
  if (typeof value !== 'string' || value.length > 2000 || !/^https?:\/\/[\x21-\x7E]+$/.test(value)) return undefined;
  if (/["'<>\\^`{|}]/.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'https:' || isLoopbackHost(url.hostname) ? value : undefined;
}

function locale(value: unknown): string | undefined {
  // OpenID Connect Core 1.0, section 5.1: some issuers write en_US.
  const tag = typeof value === 'string' ? value.replaceAll('_', '-') : '';
  return tag.length <= 35 && /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i.test(tag) ? tag : undefined;
}

function groups(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept = new Set<string>();
  for (const entry of value) {
    const group = text(entry, 64);
    // Lists of groups are separated by commas in places (Discourse), where `a,admins` would be two.
    if (group !== undefined && !group.includes(',')) kept.add(group);
    if (kept.size === maxGroups) break;
  }
  return [...kept];
}

const profileVersion = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * Reads what an issuer says of a person: the answer of `/profile` or `/userinfo`, the claims of an ID token or of an event,
 * already known to come from that issuer. A claim that has not the form it should have counts as not told; only
 * the person's identity is a matter of refusing.
 * @param subject of whom it must speak: the `sub` of the verified ID token or event
 * @see OpenID Connect Core 1.0, sections 5.1 and 5.3.2 (a different `sub`: the answer must not be used)
 */
export function readProfileClaims(claims: unknown, subject: Subject): ProfileClaims {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return { fault: 'not-an-object' };
  const told: Readonly<Record<string, unknown>> = { ...claims };
  const { sub } = told;
  // A blank at an end is one of the things that databases do not compare.
  if (typeof sub !== 'string' || !/^[\x21-\x7E](?:[\x20-\x7E]{0,253}[\x21-\x7E])?$/.test(sub)) {
    return { fault: 'subject-malformed' };
  }
  if (sub !== subject.sub) return { fault: 'subject-mismatch' };
  const address = email(told['email']);
  return {
    profile: {
      issuer: subject.issuer,
      sub,
      preferredUsername: text(told['preferred_username'], 255),
      name: text(told['name'], 200),
      email: address,
      emailVerified: address !== undefined && told['email_verified'] === true,
      picture: picture(told['picture']),
      locale: locale(told['locale']),
      groups: groups(told['groups']),
      profileVersion: profileVersion(told['profile_version']),
    },
  };
}
