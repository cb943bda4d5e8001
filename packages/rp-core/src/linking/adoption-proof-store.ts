import type { AdoptionProof } from './adoption-proof.ts';
import type { Subject } from './subject.ts';

/** A stored proof, and which state of it this is. */
export interface StoredAdoptionProof {
  readonly proof: AdoptionProof;
  /** Another one after each change. */
  readonly revision: string;
}

/** Keeps one proof for each subject and local user, shared by all processes, at least for 70 minutes after its last change. */
export interface AdoptionProofStore {
  find(subject: Subject, localUserId: string): Promise<StoredAdoptionProof | undefined>;
  /**
   * Stores a proof in place of the one that was read; of several callers with one revision one gets true.
   * @param replaces the revision that was read; undefined: there was none
   * @returns false when another is stored meanwhile, and nothing changed
   */
  put(proof: AdoptionProof, replaces: string | undefined): Promise<boolean>;
}
