import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readReturnPath } from '../../src/sign-in/return-path.ts';
import { readVectors } from '../support/read-vectors.ts';

interface Cases {
  readonly accepted: readonly { readonly path: string; readonly returns: string; readonly why: string }[];
  readonly refused: readonly { readonly path: string; readonly why: string }[];
}

const origin = new URL('https://app.example');

describe('readReturnPath (test/vectors/return-paths.json)', () => {
  const { accepted, refused } = readVectors('return-paths') as Cases;
  for (const { path, returns, why } of accepted) {
    it(`takes ${why}`, () => assert.equal(readReturnPath(path, origin, '/latchkey'), returns));
  }
  for (const { path, why } of refused) {
    it(`refuses ${why}: ${JSON.stringify(path.slice(0, 40))}`, () =>
      assert.equal(readReturnPath(path, origin, '/latchkey'), undefined));
  }
  it('refuses what was not sent', () => assert.equal(readReturnPath(null, origin, '/latchkey'), undefined));

  it('never leads to another origin, whatever is sent', () => {
    const odd = fc.constantFrom('/', '\\', '.', ':', '@', '\t', '\n', '?', '#', '%2f', '%5c', 'evil.example', 'https');
    const text = fc.oneof(
      fc.string(),
      fc.array(odd).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const path = readReturnPath(given, origin, '/latchkey');
        // As a browser resolves the Location that is made of it.
        return path === undefined || new URL(path, 'https://app.example/latchkey/callback').origin === origin.origin;
      }),
      { numRuns: 5000 },
    );
  });
});
