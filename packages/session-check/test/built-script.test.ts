import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildSessionCheck, builtFile } from '../build.ts';

const LIMIT_BYTES = 1500;

describe('session-check.min.js', () => {
  it('is what the sources build to: npx --no -- node packages/session-check/build.ts writes it', async () => {
    assert.equal(await readFile(builtFile, 'utf8'), await buildSessionCheck());
  });

  it(`is smaller than ${LIMIT_BYTES} bytes when compressed`, async (test) => {
    const { length } = gzipSync(await readFile(builtFile), { level: 9 });
    test.diagnostic(`${length} bytes gzip`);
    assert.ok(length < LIMIT_BYTES, `${length} bytes`);
  });

  it('parses markup nowhere and evaluates nothing', async () => {
    assert.doesNotMatch(
      await readFile(builtFile, 'utf8'),
      /innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(/,
    );
  });
});
