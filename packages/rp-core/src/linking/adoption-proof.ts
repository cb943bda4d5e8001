import type { ProofStanding, ProofWay } from './decide-link.ts';
import type { Subject } from './subject.ts';

/** How long the person has, from the page to the end of the sign-in. */
export const proofLifetimeSeconds = 600;
/** How long wrong passwords and mails count, whatever number of sign-ins they are spread over. */
const proofCountingSeconds = 3600;
export const maxWrongPasswords = 5;
export const maxMails = 3;

/** `proved` and `declined` are for the sign-in to take up; `locked` can still be declined. */
export type AdoptionProofState = 'asked' | 'proved' | 'locked' | 'declined';

/**
 * A person's attempt to prove that a local user is theirs; there is one for each subject and local user. It is plain data,
 * kept on the application's server, and reached only by a browser in which that subject's sign-in is under way. So
 * a mailed link that somebody else opens has nothing to prove. All times are in seconds since 1970.
 */
export interface AdoptionProof extends Subject {
  readonly localUserId: string;
  readonly ways: readonly ProofWay[];
  readonly state: AdoptionProofState;
  /** How it was proved; only in `proved`. */
  readonly provedBy?: ProofWay | undefined;
  readonly expiresAtSeconds: number;
  readonly countedSinceSeconds: number;
  /** Passwords that were tried. Each counts before it is checked, so that many at the same moment are no more than five. */
  readonly passwordTries: number;
  readonly mailsSent: number;
  /** SHA-256 of the token of the last mail, base64url; undefined: none was sent, or it was used. */
  readonly mailTokenHash?: string | undefined;
}

export interface ProofQuestion extends Subject {
  readonly localUserId: string;
  readonly ways: readonly ProofWay[];
}

const isLocked = (passwordTries: number): boolean => passwordTries >= maxWrongPasswords;

/**
 * Begins a proof, or begins it again. The counts of a previous one for the same subject and local user go on, else
 * a new sign-in would be five more passwords.
 */
export function askForProof(
  { issuer, sub, localUserId, ways }: ProofQuestion,
  previous: AdoptionProof | undefined,
  nowSeconds: number,
): AdoptionProof {
  const isSame = previous?.issuer === issuer && previous.sub === sub && previous.localUserId === localUserId;
  const counted = isSame && nowSeconds < previous.countedSinceSeconds + proofCountingSeconds ? previous : undefined;
  const passwordTries = counted?.passwordTries ?? 0;
  return {
    issuer,
    sub,
    localUserId,
    ways,
    state: isLocked(passwordTries) ? 'locked' : 'asked',
    expiresAtSeconds: nowSeconds + proofLifetimeSeconds,
    countedSinceSeconds: counted?.countedSinceSeconds ?? nowSeconds,
    passwordTries,
    mailsSent: counted?.mailsSent ?? 0,
  };
}

export type ProofEvent =
  /** A password is about to be checked. */
  | { readonly type: 'password-given' }
  | { readonly type: 'password-checked'; readonly right: boolean }
  /** A mail with this token is about to be sent; older ones stop working. */
  | { readonly type: 'mail-wanted'; readonly tokenHash: string }
  /** The link was opened (GET). Mail scanners do that too, so it shows a page with a button, and changes nothing. */
  | { readonly type: 'mail-opened'; readonly tokenHash: string }
  /** The button on that page (POST). */
  | { readonly type: 'mail-confirmed'; readonly tokenHash: string }
  /** The person wants a new local user instead. */
  | { readonly type: 'declined' };

export type ProofOutcome =
  | 'check-password'
  | 'send-mail'
  | 'show-confirmation'
  | 'proved'
  | 'declined'
  /** Wrong password or link; the person may try again. */
  | 'failed'
  | 'locked'
  | 'expired'
  /** Too many mails. */
  | 'mail-limit'
  /** What this proof does not offer, or nothing that can happen in its state. */
  | 'not-possible';

export interface ProofStep {
  readonly proof: AdoptionProof;
  readonly outcome: ProofOutcome;
}

function afterPassword(proof: AdoptionProof, right: boolean): ProofStep {
  if (right)
    return { proof: { ...proof, state: 'proved', provedBy: 'password', mailTokenHash: undefined }, outcome: 'proved' };
  return isLocked(proof.passwordTries)
    ? { proof: { ...proof, state: 'locked', mailTokenHash: undefined }, outcome: 'locked' }
    : { proof, outcome: 'failed' };
}

/**
 * What happens to a proof. The same `proof` in the answer means that nothing has to be kept. What is kept must be so only if the
 * stored one is still the one that was read.
 */
export function stepProof(proof: AdoptionProof, event: ProofEvent, nowSeconds: number): ProofStep {
  if (nowSeconds >= proof.expiresAtSeconds) return { proof, outcome: 'expired' };
  if (proof.state === 'proved' || proof.state === 'declined') return { proof, outcome: 'not-possible' };
  if (event.type === 'declined') {
    return { proof: { ...proof, state: 'declined', mailTokenHash: undefined }, outcome: 'declined' };
  }
  if (proof.state === 'locked') return { proof, outcome: 'locked' };
  if (!proof.ways.includes(event.type.startsWith('password') ? 'password' : 'mail')) {
    return { proof, outcome: 'not-possible' };
  }
  switch (event.type) {
    case 'password-given':
      // The fifth is still being checked.
      if (isLocked(proof.passwordTries)) return { proof, outcome: 'locked' };
      return { proof: { ...proof, passwordTries: proof.passwordTries + 1 }, outcome: 'check-password' };
    case 'password-checked':
      if (proof.passwordTries === 0) return { proof, outcome: 'not-possible' };
      return afterPassword(proof, event.right);
    case 'mail-wanted':
      if (proof.mailsSent >= maxMails) return { proof, outcome: 'mail-limit' };
      return {
        proof: { ...proof, mailsSent: proof.mailsSent + 1, mailTokenHash: event.tokenHash },
        outcome: 'send-mail',
      };
    case 'mail-opened':
      return { proof, outcome: proof.mailTokenHash === event.tokenHash ? 'show-confirmation' : 'failed' };
    case 'mail-confirmed':
      if (proof.mailTokenHash !== event.tokenHash) return { proof, outcome: 'failed' };
      return { proof: { ...proof, state: 'proved', provedBy: 'mail', mailTokenHash: undefined }, outcome: 'proved' };
  }
}

/** What a proof is worth to a sign-in of this subject: nothing where it is another's, open, or past its time. */
export function proofStanding(proof: AdoptionProof | undefined, subject: Subject, nowSeconds: number): ProofStanding {
  if (proof?.issuer !== subject.issuer || proof.sub !== subject.sub) return { standing: 'none' };
  if (nowSeconds >= proof.expiresAtSeconds) return { standing: 'none' };
  const { localUserId } = proof;
  if (proof.state === 'declined') return { standing: 'declined', localUserId };
  if (proof.state !== 'proved' || proof.provedBy === undefined) return { standing: 'none' };
  return { standing: 'proved', localUserId, way: proof.provedBy };
}
