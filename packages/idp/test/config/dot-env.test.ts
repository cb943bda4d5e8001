import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { ConfigError, loadDotEnv } from '../../src/config.ts';

describe('loadDotEnv', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dot-env-'));
  const path = join(folder, '.env');
  const before = { ...process.env };
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  });

  const load = (content: string | Uint8Array) => {
    writeFileSync(path, content);
    loadDotEnv(path);
  };

  it('does nothing when there is no such file', () => {
    loadDotEnv(join(folder, 'none'));
  });

  it('sets what the file says', () => {
    load(
      '# comment\r\nDOT_A=1\n  export DOT_B = two words # why\nDOT_C="first\nsecond" # end\n\nDOT_D=\nDOT_E= # none\nDOT_F=\'#x\'\nDOT_G=a"b=c',
    );
    assert.deepEqual(
      ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((letter) => process.env[`DOT_${letter}`]),
      ['1', 'two words', 'first\nsecond', '', '', '#x', 'a"b=c'],
    );
  });

  it('leaves what the real environment says', () => {
    process.env['DOT_A'] = 'real';
    process.env['DOT_B'] = '';
    load('DOT_A=file\nDOT_B=file\nDOT_C=file');
    assert.deepEqual([process.env['DOT_A'], process.env['DOT_B'], process.env['DOT_C']], ['real', '', 'file']);
  });

  const malformed: [string, string, number][] = [
    ['a line without =', 'DOT_A=1\nsecret-value\nDOT_B=2', 2],
    ['a name with a dash', 'DOT-A=secret-value', 1],
    ['a name that begins with a digit', '\n\n1DOT=secret-value', 3],
    ['no name', '=secret-value', 1],
    ['a quote that is never closed', 'DOT_A=1\nDOT_B="secret-value\nDOT_C=3', 2],
    ['text after the closing quote', 'DOT_A="1" secret-value', 1],
    ['a colon instead of =', 'DOT_A: secret-value', 1],
    ['blanks instead of a value, which Node would fill with the next line', 'DOT_A=1\nDOT_B= \nDOT_C=secret-value', 2],
    ['the line after a value of two lines', 'DOT_A="1\n2"\nsecret-value', 3],
  ];
  for (const [what, content, line] of malformed) {
    it(`refuses ${what}, tells the line and sets nothing`, () => {
      assert.throws(() => load(content), {
        name: 'ConfigError',
        code: 'ERR_CONFIG',
        message: `${path} is malformed in line ${line}: expected NAME=value`,
      });
      assert.equal(process.env['DOT_A'], undefined);
    });
  }

  const unreadable: [string, string | Uint8Array, RegExp][] = [
    ['a byte order mark', '\uFEFFDOT_A=1', /begins with a byte order mark/],
    ['bytes that are not UTF-8', Uint8Array.of(0x41, 0x3d, 0xff), /is not UTF-8 text/],
  ];
  for (const [what, content, expected] of unreadable) {
    it(`refuses ${what}`, () => assert.throws(() => load(content), { message: expected }));
  }

  it('refuses a directory with one line', () => {
    assert.throws(
      () => loadDotEnv(folder),
      (error: unknown) => error instanceof ConfigError && error.message === `${folder} cannot be read (EISDIR)`,
    );
  });
});
