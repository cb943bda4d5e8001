import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { secretKeyInDataDir } from '../../src/storage/secret-key-file.ts';

describe('the secret key of the data directory', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-key-'));
    path = join(folder, 'secret.key');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made once, of 32 random bytes, for its owner alone', async () => {
    const key = await secretKeyInDataDir(folder);
    assert.equal(key.length, 32);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await secretKeyInDataDir(folder), key);
    assert.notDeepEqual(await secretKeyInDataDir(join(folder, 'another')), key);
  });

  it('is the same for all that make it at once, and none of them leaves anything else', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => secretKeyInDataDir(folder)));
    assert.equal(new Set(keys.map((key) => key.toString('hex'))).size, 1);
    assert.deepEqual(await readdir(folder), ['secret.key']);
  });

  it('becomes its owner’s alone where a restored backup was not', async () => {
    const key = await secretKeyInDataDir(folder);
    await chmod(path, 0o644);
    assert.deepEqual(await secretKeyInDataDir(folder), key);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  for (const [what, content] of [
    ['empty', ''],
    ['cut short', 'c2hvcnQ'],
    ['too long', 'A'.repeat(60)],
    ['no key', 'this is not the key that you are looking for\n'],
  ] as const) {
    it(`is neither used nor replaced when it is ${what}`, async () => {
      await writeFile(path, content);
      await assert.rejects(secretKeyInDataDir(folder), {
        name: 'SecretKeyError',
        code: 'ERR_SECRET_KEY',
        message: `the file ${path} does not hold a secret key; restore it from a backup`,
      });
      assert.equal(await readFile(path, 'utf8'), content);
    });
  }

  it('is refused in one line when it can neither be read nor made', async () => {
    await mkdir(path);
    await writeFile(join(folder, 'file'), '');
    for (const dataDir of [folder, join(folder, 'file', 'data')]) {
      await assert.rejects(secretKeyInDataDir(dataDir), {
        code: 'ERR_SECRET_KEY',
        message: /^the secret key [^\n]*secret\.key can neither be read nor made: E[A-Z]+: [^\n]*$/,
      });
    }
  });
});
