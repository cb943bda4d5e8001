import { maxMails, maxWrongPasswords, type AdoptionProof } from './adoption-proof.ts';
import type { ProofWay } from './decide-link.ts';
import { maskEmailAddress } from './email-address.ts';

/** What the proof page shows: the person recognises the local user, and sees what they can do about it. */
export interface AdoptionPage {
  readonly username: string;
  /** As in `maskEmailAddress`; undefined where the local user has none. */
  readonly maskedEmail?: string | undefined;
  /** What can still be tried now; a new local user can always be had. */
  readonly ways: readonly ProofWay[];
  readonly passwordTriesLeft: number;
  readonly mailsLeft: number;
  /** A mail was sent and its link waits to be opened. */
  readonly mailIsOut: boolean;
  readonly state: AdoptionProof['state'] | 'expired';
  readonly expiresAtSeconds: number;
}

/** @param localUser the one that the proof is about */
export function adoptionPage(
  proof: AdoptionProof,
  localUser: { readonly username: string; readonly email?: string | undefined },
  nowSeconds: number,
): AdoptionPage {
  const state = nowSeconds >= proof.expiresAtSeconds ? 'expired' : proof.state;
  const passwordTriesLeft = Math.max(0, maxWrongPasswords - proof.passwordTries);
  const mailsLeft = Math.max(0, maxMails - proof.mailsSent);
  const left: Record<ProofWay, number> = { password: passwordTriesLeft, mail: mailsLeft };
  return {
    username: localUser.username,
    maskedEmail: localUser.email === undefined ? undefined : maskEmailAddress(localUser.email),
    ways: state === 'asked' ? proof.ways.filter((way) => left[way] > 0) : [],
    passwordTriesLeft,
    mailsLeft,
    mailIsOut: state === 'asked' && proof.mailTokenHash !== undefined,
    state,
    expiresAtSeconds: proof.expiresAtSeconds,
  };
}
