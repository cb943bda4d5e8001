import { randomToken } from '../secrets/random-token.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { adoptionPage, type AdoptionPage } from './adoption-page.ts';
import type { AdoptionProofStore } from './adoption-proof-store.ts';
import {
  askForProof,
  stepProof,
  type AdoptionProof,
  type ProofEvent,
  type ProofOutcome,
  type ProofQuestion,
} from './adoption-proof.ts';
import type { Subject } from './subject.ts';
import { seconds } from './seconds.ts';

/** What the application does for a proof. */
export interface LocalProofs {
  /** What the page names; undefined where the local user is gone. */
  describe(localUserId: string): Promise<{ username: string; email: string | undefined } | undefined>;
  /** Checks the password and nothing else: it begins no session. False for a user without one. */
  isPasswordRight(localUserId: string, password: string): Promise<boolean>;
  /**
   * Mails a link with this token to the local user's address. The link's page belongs to the running sign-in of the browser
   * that opens it, and has a button. The mail says what clicking it does, and is the same in every detail for a repeated one.
   */
  sendLink(localUserId: string, token: string): Promise<void>;
}

const putAttempts = 20;

/**
 * Runs the proof page of one adoption. Every call names the subject whose sign-in is under way in this browser and the local
 * user that this sign-in asked about; both come from the server's own record of the sign-in, never from the request.
 */
export class ProveAdoption {
  readonly #store: AdoptionProofStore;
  readonly #local: LocalProofs;
  constructor(store: AdoptionProofStore, local: LocalProofs) {
    this.#store = store;
    this.#local = local;
  }

  /** Begins the proof, or begins it again; the counts of an earlier one go on. */
  async ask(question: ProofQuestion, now: Date): Promise<AdoptionProof> {
    return await this.#change(question, question.localUserId, (stored) => {
      const proof = askForProof(question, stored, seconds(now));
      return { proof, answer: proof };
    });
  }

  /** For `Linker.signIn`. */
  async find(subject: Subject, localUserId: string): Promise<AdoptionProof | undefined> {
    return (await this.#store.find(subject, localUserId))?.proof;
  }

  /** @returns undefined where nothing was asked, or the local user is gone */
  async page(subject: Subject, localUserId: string, now: Date): Promise<AdoptionPage | undefined> {
    const proof = await this.find(subject, localUserId);
    const localUser = await this.#local.describe(localUserId);
    return proof && localUser && adoptionPage(proof, localUser, seconds(now));
  }

  async tryPassword(subject: Subject, localUserId: string, password: string, now: Date): Promise<ProofOutcome> {
    const given = await this.#step(subject, localUserId, { type: 'password-given' }, now);
    if (given !== 'check-password') return given;
    const right = await this.#local.isPasswordRight(localUserId, password);
    return await this.#step(subject, localUserId, { type: 'password-checked', right }, now);
  }

  async sendMail(subject: Subject, localUserId: string, now: Date): Promise<ProofOutcome> {
    const token = randomToken();
    const outcome = await this.#step(subject, localUserId, { type: 'mail-wanted', tokenHash: tokenHash(token) }, now);
    if (outcome === 'send-mail') await this.#local.sendLink(localUserId, token);
    return outcome;
  }

  /** The mailed link (GET): says which page to show, and changes nothing. */
  async openMail(subject: Subject, localUserId: string, token: string, now: Date): Promise<ProofOutcome> {
    return await this.#step(subject, localUserId, { type: 'mail-opened', tokenHash: tokenHash(token) }, now);
  }

  /** The button on that page (POST). */
  async confirmMail(subject: Subject, localUserId: string, token: string, now: Date): Promise<ProofOutcome> {
    return await this.#step(subject, localUserId, { type: 'mail-confirmed', tokenHash: tokenHash(token) }, now);
  }

  /** The person wants a new local user instead. */
  async decline(subject: Subject, localUserId: string, now: Date): Promise<ProofOutcome> {
    return await this.#step(subject, localUserId, { type: 'declined' }, now);
  }

  async #step(subject: Subject, localUserId: string, event: ProofEvent, now: Date): Promise<ProofOutcome> {
    return await this.#change(subject, localUserId, (stored) => {
      if (!stored) return { answer: 'not-possible' };
      const { proof, outcome } = stepProof(stored, event, seconds(now));
      return { proof: proof === stored ? undefined : proof, answer: outcome };
    });
  }

  async #change<Answer>(
    subject: Subject,
    localUserId: string,
    work: (stored: AdoptionProof | undefined) => {
      readonly proof?: AdoptionProof | undefined;
      readonly answer: Answer;
    },
  ): Promise<Answer> {
    for (let attempt = 1; attempt <= putAttempts; attempt++) {
      const stored = await this.#store.find(subject, localUserId);
      const { proof, answer } = work(stored?.proof);
      if (!proof || (await this.#store.put(proof, stored?.revision))) return answer;
    }
    throw new Error('the proof changed again and again while it was being changed');
  }
}
