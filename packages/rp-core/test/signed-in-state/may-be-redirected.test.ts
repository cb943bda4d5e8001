import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayBeRedirected, type VisitFacts } from '../../src/signed-in-state/may-be-redirected.ts';
import { readVectors } from '../support/read-vectors.ts';

type Cases = readonly (VisitFacts & { readonly why: string })[];

describe('mayBeRedirected (test/vectors/when-to-start.json)', () => {
  const { may, may_not: mayNot } = readVectors('when-to-start') as { readonly may: Cases; readonly may_not: Cases };
  for (const { why, ...facts } of may) it(`yes: ${why}`, () => assert.equal(mayBeRedirected(facts), true));
  for (const { why, ...facts } of mayNot) it(`no: ${why}`, () => assert.equal(mayBeRedirected(facts), false));
});
