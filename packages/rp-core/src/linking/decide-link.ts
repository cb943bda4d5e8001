/** How a person can prove that a local user is theirs. */
export type ProofWay = 'password' | 'mail';

/**
 * Whether local users from before are adopted: after a proof; without one where the issuer has verified the local
 * user's confirmed address (for migrations); or not at all.
 */
export type AdoptSetting = 'proof' | 'verified-email' | 'never';

/** A local user who has exactly the e-mail address that the issuer says. */
export interface AdoptionCandidate {
  readonly localUserId: string;
  /** Has a link to any subject of any issuer, or had one. */
  readonly everLinked: boolean;
  readonly hasElevatedRights: boolean;
  readonly emailConfirmed: boolean;
  readonly disabled: boolean;
}

/** What the person did on the proof page, and to which local user. */
export type ProofStanding =
  | { readonly standing: 'none' }
  | { readonly standing: 'proved'; readonly localUserId: string; readonly way: ProofWay }
  | { readonly standing: 'declined'; readonly localUserId: string };

export type LinkState =
  | { readonly state: 'none' }
  | { readonly state: 'closed' }
  | {
      readonly state: 'open';
      readonly localUser: 'active' | 'disabled' | 'missing';
      /** When the issuer disabled the account, in seconds since 1970 on its clock; undefined: it is not disabled. */
      readonly disabledAtSeconds?: number | undefined;
    };

export interface LinkFacts {
  readonly link: LinkState;
  /** `silent`: the browser was sent without the person asking for it (`prompt=none`). */
  readonly how: 'interactive' | 'silent';
  /** `iat` of the ID token: when the issuer vouched for the person. */
  readonly issuedAtSeconds: number;
  readonly emailVerified: boolean;
  readonly sameEmail: readonly AdoptionCandidate[];
  /** A local user has the name that this person would get. It makes a reason and nothing else. */
  readonly usernameHeld: boolean;
  readonly adopt: AdoptSetting;
  /** Which proofs the application can ask for. */
  readonly proofWays: readonly ProofWay[];
  readonly proof: ProofStanding;
}

export type CreateReason =
  | 'no-candidate'
  | 'username-match-only'
  | 'address-unverified'
  | 'adopting-is-off'
  | 'several-candidates'
  | 'candidate-was-linked'
  | 'candidate-has-elevated-rights'
  | 'candidate-disabled'
  | 'candidate-cannot-be-proved'
  | 'declined';

export type RefuseReason = 'link-closed' | 'account-disabled' | 'local-user-disabled' | 'local-user-missing';

export type LinkDecision =
  /** `enabled-since`: the issuer vouched for the person after it disabled the account, so the news of enabling was lost. */
  | { readonly kind: 'use'; readonly reason: 'linked' | 'enabled-since' }
  | { readonly kind: 'create'; readonly reason: CreateReason }
  | {
      readonly kind: 'ask-proof';
      readonly reason: 'proof-needed' | 'address-unconfirmed';
      readonly localUserId: string;
      readonly ways: readonly ProofWay[];
    }
  | { readonly kind: 'adopt'; readonly reason: 'proved' | 'verified-email'; readonly localUserId: string }
  /** Nothing happens until the person starts a sign-in: the application stays as it is, without them. */
  | { readonly kind: 'wait'; readonly reason: 'adoptable-candidate' }
  | { readonly kind: 'refuse'; readonly reason: RefuseReason };

type OpenLink = Extract<LinkState, { state: 'open' }>;

function decideOpenLink(link: OpenLink, issuedAtSeconds: number): LinkDecision {
  if (link.localUser === 'missing') return { kind: 'refuse', reason: 'local-user-missing' };
  if (link.localUser === 'disabled') return { kind: 'refuse', reason: 'local-user-disabled' };
  if (link.disabledAtSeconds === undefined) return { kind: 'use', reason: 'linked' };
  return issuedAtSeconds > link.disabledAtSeconds
    ? { kind: 'use', reason: 'enabled-since' }
    : { kind: 'refuse', reason: 'account-disabled' };
}

type Adoptable =
  | { readonly candidate: AdoptionCandidate; readonly ways: readonly ProofWay[]; readonly reason?: undefined }
  | { readonly candidate?: undefined; readonly reason: CreateReason };

/** The one local user that this person may adopt, or why there is none. */
function adoptable(facts: LinkFacts): Adoptable {
  const [candidate, ...others] = facts.sameEmail;
  if (!candidate) return { reason: facts.usernameHeld ? 'username-match-only' : 'no-candidate' };
  if (!facts.emailVerified) return { reason: 'address-unverified' };
  if (facts.adopt === 'never') return { reason: 'adopting-is-off' };
  if (others.length > 0) return { reason: 'several-candidates' };
  if (candidate.everLinked) return { reason: 'candidate-was-linked' };
  if (candidate.hasElevatedRights) return { reason: 'candidate-has-elevated-rights' };
  if (candidate.disabled) return { reason: 'candidate-disabled' };
  // A stranger can have registered with the person's address. The mail would reach the person, who would take over what
  // the stranger prepared; the password only the stranger knows.
  const ways = facts.proofWays.filter((way) => way === 'password' || candidate.emailConfirmed);
  const needsProof = facts.adopt === 'proof' || !candidate.emailConfirmed;
  return needsProof && ways.length === 0 ? { reason: 'candidate-cannot-be-proved' } : { candidate, ways };
}

/**
 * Decides who a person is here, once the issuer has said who they are there. Where it is silent:
 * - A link that was closed refuses for ever: `sub` is never reused, so its account was purged or the application cut the tie.
 * - A local user who may not be adopted keeps the address, and the person gets a local user of their own: nobody is
 *   refused because a stranger, or a predecessor at that mailbox, registered their address. That holds for one
 *   whom the application disabled, too.
 * - A user name in common is a coincidence: it never adopts, and the new user gets a number.
 * - An address held by several local users says of none that it is theirs.
 */
export function decideLink(facts: LinkFacts): LinkDecision {
  if (facts.link.state === 'closed') return { kind: 'refuse', reason: 'link-closed' };
  if (facts.link.state === 'open') return decideOpenLink(facts.link, facts.issuedAtSeconds);
  const found = adoptable(facts);
  if (!found.candidate) return { kind: 'create', reason: found.reason };
  const { localUserId, emailConfirmed } = found.candidate;
  if (facts.how === 'silent') return { kind: 'wait', reason: 'adoptable-candidate' };
  const { proof } = facts;
  if (proof.standing !== 'none' && proof.localUserId === localUserId) {
    if (proof.standing === 'declined') return { kind: 'create', reason: 'declined' };
    if (found.ways.includes(proof.way)) return { kind: 'adopt', reason: 'proved', localUserId };
  }
  if (facts.adopt === 'verified-email' && emailConfirmed)
    return { kind: 'adopt', reason: 'verified-email', localUserId };
  const reason = emailConfirmed ? 'proof-needed' : 'address-unconfirmed';
  return { kind: 'ask-proof', reason, localUserId, ways: found.ways };
}
