import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constantLines, phpFile, readPhpFile } from '../../../src/accounts-side/connection/php-constants.ts';

const settings = {
  issuer: 'https://accounts.example.org',
  clientId: 'blog.example.org',
  clientSecret: 'lks_secret',
};

describe('the settings of the WordPress plugin', () => {
  it('are three constants to paste', () => {
    assert.deepEqual(constantLines(settings), [
      "define( 'LATCHKEY_ISSUER', 'https://accounts.example.org' );",
      "define( 'LATCHKEY_CLIENT_ID', 'blog.example.org' );",
      "define( 'LATCHKEY_CLIENT_SECRET', 'lks_secret' );",
    ]);
  });

  it('cannot end their PHP text', () => {
    assert.deepEqual(
      constantLines({ ...settings, clientSecret: "a'); evil(\\" }).at(-1),
      "define( 'LATCHKEY_CLIENT_SECRET', 'a\\'); evil(\\\\' );",
    );
  });

  it('are read back from the file as they were written', () => {
    for (const clientSecret of ['lks_secret', "a'b\\c\\\\'", '$x{$y}', 'a\nb']) {
      assert.deepEqual(readPhpFile(phpFile({ ...settings, clientSecret })), { ...settings, clientSecret });
    }
  });

  it('are not read from a file that anybody changed', () => {
    const file = phpFile(settings);
    for (const other of ['', '<?php\n', `${file}\n`, file.replace('exit', ''), file.replaceAll('LATCHKEY', 'OTHER')]) {
      assert.equal(readPhpFile(other), undefined);
    }
  });
});
