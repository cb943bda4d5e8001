import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdoptionProofStore, StoredAdoptionProof } from '../../src/linking/adoption-proof-store.ts';
import type { ProofOutcome } from '../../src/linking/adoption-proof.ts';
import { ProveAdoption } from '../../src/linking/prove-adoption.ts';
import type { Subject } from '../../src/linking/subject.ts';

const subject: Subject = { issuer: 'https://accounts.example.org', sub: 'a11ce' };
const id = '7';
const now = new Date(1_000_000);

class InMemoryAdoptionProofStore implements AdoptionProofStore {
  readonly #stored = new Map<string, StoredAdoptionProof>();
  #revisions = 0;

  async find({ issuer, sub }: Subject, localUserId: string): Promise<StoredAdoptionProof | undefined> {
    await Promise.resolve();
    return this.#stored.get(JSON.stringify([issuer, sub, localUserId]));
  }

  async put(proof: StoredAdoptionProof['proof'], replaces: string | undefined): Promise<boolean> {
    await Promise.resolve();
    const key = JSON.stringify([proof.issuer, proof.sub, proof.localUserId]);
    if (this.#stored.get(key)?.revision !== replaces) return false;
    this.#stored.set(key, { proof, revision: String(++this.#revisions) });
    return true;
  }

  get text(): string {
    return JSON.stringify([...this.#stored.values()]);
  }
}

function setUp({ password = 'right' }: { password?: string } = {}) {
  const store = new InMemoryAdoptionProofStore();
  const tokens: string[] = [];
  const tried: string[] = [];
  const proveAdoption = new ProveAdoption(store, {
    describe: async (localUserId) =>
      await Promise.resolve(localUserId === id ? { username: 'alice', email: 'alice@example.org' } : undefined),
    isPasswordRight: async (_localUserId, given) => {
      tried.push(given);
      await Promise.resolve();
      return given === password;
    },
    sendLink: async (_localUserId, token) => {
      tokens.push(token);
      await Promise.resolve();
    },
  });
  const ask = async (): Promise<unknown> =>
    await proveAdoption.ask({ ...subject, localUserId: id, ways: ['password', 'mail'] }, now);
  const standing = async (): Promise<string | undefined> => (await proveAdoption.find(subject, id))?.state;
  return { store, tokens, tried, proveAdoption, ask, standing };
}

describe('ProveAdoption', () => {
  it('is proved by the local password', async () => {
    const { proveAdoption, ask, standing } = setUp();
    await ask();
    assert.equal(await proveAdoption.tryPassword(subject, id, 'wrong', now), 'failed');
    assert.equal(await proveAdoption.tryPassword(subject, id, 'right', now), 'proved');
    assert.equal(await standing(), 'proved');
  });

  it('is proved by the mailed link, but not by opening it', async () => {
    const { proveAdoption, ask, tokens, standing } = setUp();
    await ask();
    assert.equal(await proveAdoption.sendMail(subject, id, now), 'send-mail');
    const [token = ''] = tokens;
    for (let times = 0; times < 3; times++) {
      assert.equal(await proveAdoption.openMail(subject, id, token, now), 'show-confirmation');
    }
    assert.equal(await standing(), 'asked');
    assert.equal(await proveAdoption.confirmMail(subject, id, token, now), 'proved');
    assert.equal(await proveAdoption.confirmMail(subject, id, token, now), 'not-possible');
  });

  it('keeps nothing that could be used in place of the mail', async () => {
    const { proveAdoption, ask, tokens, store } = setUp();
    await ask();
    await proveAdoption.sendMail(subject, id, now);
    const [token = ''] = tokens;
    assert.match(token, /^[\w-]{43}$/, '256 bits');
    assert.ok(!store.text.includes(token));
    const hash = (await proveAdoption.find(subject, id))?.mailTokenHash ?? '';
    assert.equal(await proveAdoption.confirmMail(subject, id, hash, now), 'failed');
    assert.equal(await proveAdoption.confirmMail(subject, id, '', now), 'failed');
  });

  it("does not take a link in another subject's sign-in", async () => {
    const { proveAdoption, ask, tokens } = setUp();
    await ask();
    await proveAdoption.sendMail(subject, id, now);
    const mallory = { ...subject, sub: 'ma110ry' };
    assert.equal(await proveAdoption.confirmMail(mallory, id, tokens[0] ?? '', now), 'not-possible');
    await proveAdoption.ask({ ...mallory, localUserId: id, ways: ['mail'] }, now);
    assert.equal(await proveAdoption.confirmMail(mallory, id, tokens[0] ?? '', now), 'failed');
  });

  it('checks five passwords of a hundred that come at the same moment, whatever number of sign-ins', async () => {
    const { proveAdoption, ask, tried } = setUp({ password: 'the 50th' });
    await ask();
    const guess = async (index: number): Promise<ProofOutcome> =>
      await proveAdoption.tryPassword(subject, id, `guess ${index}`, now);
    const outcomes: ProofOutcome[] = [];
    for (let batch = 0; batch < 10; batch++) {
      outcomes.push(...(await Promise.all(Array.from({ length: 10 }, async (_, index) => await guess(index)))));
      await ask();
    }
    assert.equal(tried.length, 5);
    assert.equal(await proveAdoption.tryPassword(subject, id, 'the 50th', now), 'locked');
    assert.ok(outcomes.every((outcome) => outcome === 'failed' || outcome === 'locked'));
  });

  it('sends three mails of ten', async () => {
    const { proveAdoption, ask, tokens } = setUp();
    await ask();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => await proveAdoption.sendMail(subject, id, now)),
    );
    assert.equal(tokens.length, 3);
    assert.equal(outcomes.filter((outcome) => outcome === 'mail-limit').length, 7);
  });

  it('does nothing where nothing was asked', async () => {
    const { proveAdoption, tried, tokens } = setUp();
    assert.equal(await proveAdoption.tryPassword(subject, id, 'right', now), 'not-possible');
    assert.equal(await proveAdoption.sendMail(subject, id, now), 'not-possible');
    assert.equal(await proveAdoption.decline(subject, id, now), 'not-possible');
    assert.deepEqual([tried, tokens], [[], []]);
    assert.equal(await proveAdoption.find(subject, id), undefined);
    assert.equal(await proveAdoption.page(subject, id, now), undefined);
  });

  it('shows whom it is about', async () => {
    const { proveAdoption, ask } = setUp();
    await ask();
    await proveAdoption.decline(subject, id, now);
    const page = await proveAdoption.page(subject, id, now);
    assert.deepEqual([page?.username, page?.maskedEmail, page?.state], ['alice', 'a***@e***.org', 'declined']);
  });

  it('shows nothing of a local user who is gone', async () => {
    const { proveAdoption } = setUp();
    await proveAdoption.ask({ ...subject, localUserId: '99', ways: ['password'] }, now);
    assert.equal(await proveAdoption.page(subject, '99', now), undefined);
  });
});
