import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adoptionPage } from '../../src/linking/adoption-page.ts';
import {
  askForProof,
  proofStanding,
  stepProof,
  type AdoptionProof,
  type ProofEvent,
  type ProofOutcome,
  type ProofQuestion,
} from '../../src/linking/adoption-proof.ts';
import { maskEmailAddress } from '../../src/linking/email-address.ts';
import type { Subject } from '../../src/linking/subject.ts';
import { asJson, readVectors } from '../support/read-vectors.ts';

type Step = { readonly at: number } & (
  | { readonly ask: Partial<ProofQuestion>; readonly state: string }
  | { readonly event: ProofEvent; readonly outcome: ProofOutcome }
  | { readonly password: 'right' | 'wrong'; readonly outcome: ProofOutcome }
  | { readonly standing: unknown; readonly subject?: Partial<Subject> }
);
interface Course {
  readonly steps: readonly Step[];
  readonly why: string;
}
interface PageCase extends Course {
  readonly at: number;
  readonly localUser: { readonly username: string; readonly email?: string };
  readonly page: unknown;
}
const lists = ['proved', 'declined', 'not proved', 'asked again'] as const;
const vectors = readVectors('adoption-proof') as Readonly<Record<(typeof lists)[number], readonly Course[]>> & {
  readonly usual: ProofQuestion;
  readonly pages: readonly PageCase[];
  readonly masked: readonly { readonly address: string; readonly masked: string; readonly why: string }[];
};

/** Keeps the proof that a course has come to, as a store does: as JSON. */
class Running {
  proof: AdoptionProof | undefined;

  event(event: ProofEvent, at: number): ProofOutcome {
    assert.ok(this.proof);
    const { proof, outcome } = stepProof(this.proof, event, at);
    this.proof = JSON.parse(JSON.stringify(proof)) as AdoptionProof;
    return outcome;
  }

  take(step: Step): void {
    const { at } = step;
    const what = JSON.stringify(step);
    if ('ask' in step) {
      this.proof = askForProof({ ...vectors.usual, ...step.ask }, this.proof, at);
      assert.equal(this.proof.state, step.state, what);
    } else if ('event' in step) {
      assert.equal(this.event(step.event, at), step.outcome, what);
    } else if ('password' in step) {
      const given = this.event({ type: 'password-given' }, at);
      const right = step.password === 'right';
      const outcome = given === 'check-password' ? this.event({ type: 'password-checked', right }, at) : given;
      assert.equal(outcome, step.outcome, what);
    } else {
      assert.deepEqual(proofStanding(this.proof, { ...vectors.usual, ...step.subject }, at), step.standing, what);
    }
  }
}

function run({ steps }: Course): AdoptionProof {
  const running = new Running();
  for (const step of steps) running.take(step);
  assert.ok(running.proof);
  return running.proof;
}

describe('stepProof', () => {
  for (const list of lists) {
    describe(list, () => {
      for (const course of vectors[list]) it(course.why, () => void run(course));
    });
  }

  it('says by the same proof that nothing has to be kept', () => {
    const proof = askForProof(vectors.usual, undefined, 1000);
    assert.equal(stepProof(proof, { type: 'mail-opened', tokenHash: 't1' }, 1001).proof, proof);
    assert.equal(stepProof(proof, { type: 'declined' }, 1600).proof, proof);
    assert.notEqual(stepProof(proof, { type: 'password-given' }, 1001).proof, proof);
  });
});

describe('proofStanding', () => {
  it('is nothing without a proof', () => {
    assert.deepEqual(proofStanding(undefined, vectors.usual, 1000), { standing: 'none' });
  });
});

describe('adoptionPage', () => {
  for (const { at, localUser, page, ...course } of vectors.pages) {
    it(course.why, () => assert.deepEqual(asJson(adoptionPage(run(course), localUser, at)), page));
  }
});

describe('maskEmailAddress', () => {
  for (const { address, masked, why } of vectors.masked) {
    it(`${JSON.stringify(address)}: ${why}`, () => assert.equal(maskEmailAddress(address), masked));
  }
});
