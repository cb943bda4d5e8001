import type { AdoptionProof } from '../../src/linking/adoption-proof.ts';
import type { AdoptionProofStore, StoredAdoptionProof } from '../../src/linking/adoption-proof-store.ts';
import type { Subject } from '../../src/linking/subject.ts';

/** Forgets nothing. */
export class InMemoryAdoptionProofs implements AdoptionProofStore {
  readonly #stored = new Map<string, StoredAdoptionProof>();
  #revision = 0;

  async find(subject: Subject, localUserId: string): Promise<StoredAdoptionProof | undefined> {
    return this.#stored.get(keyOf(subject, localUserId));
  }

  async put(proof: AdoptionProof, replaces: string | undefined): Promise<boolean> {
    const key = keyOf(proof, proof.localUserId);
    if (this.#stored.get(key)?.revision !== replaces) return false;
    this.#revision += 1;
    this.#stored.set(key, { proof, revision: String(this.#revision) });
    return true;
  }
}

const keyOf = ({ issuer, sub }: Subject, localUserId: string): string => JSON.stringify([issuer, sub, localUserId]);
