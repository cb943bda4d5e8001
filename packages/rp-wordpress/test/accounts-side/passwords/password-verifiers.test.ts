import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { PasswordVerifier } from '@latchkey/application-kind';
import { wordpress } from '../../../src/accounts-side/index.ts';

interface KnownHash {
  readonly verifier: string;
  readonly why: string;
  readonly password: string;
  readonly hash: string;
}

const file = new URL('./wordpress-hashes.json', import.meta.url);
const { hashes } = JSON.parse(readFileSync(file, 'utf8')) as { readonly hashes: readonly KnownHash[] };
const verifiers = wordpress.passwordVerifiers({ unsalted: true });

const named = (name: string): PasswordVerifier =>
  verifiers.find((verifier) => verifier.name === name) ?? assert.fail(`no verifier is named ${name}`);
const hashOf = (verifier: string): string =>
  hashes.find((known) => known.verifier === verifier)?.hash ?? assert.fail(`no hash is for ${verifier}`);

describe('the password verifiers of WordPress, with hashes that WordPress made', () => {
  for (const { verifier: name, why, password, hash } of hashes) {
    it(`${name} accepts ${why}, and no other password`, async () => {
      const verifier = named(name);
      assert.equal(verifier.recognises(hash), true);
      assert.equal(await verifier.verify(password, hash), true);
      const others = [`x${password}`, password.trim().slice(1), password.toUpperCase(), '', hash];
      for (const other of others) assert.equal(await verifier.verify(other, hash), false, other);
    });

    it(`only ${name} recognises the hash of ${why}`, () => {
      assert.deepEqual(
        verifiers.filter((verifier) => verifier.recognises(hash)).map((verifier) => verifier.name),
        [name],
      );
    });
  }

  it('wordpress-bcrypt reads a long password to its end, which bcrypt alone does not', async () => {
    const known = hashes.find(({ why }) => why.startsWith('a long password, all of which')) ?? assert.fail();
    assert.equal(await named('wordpress-bcrypt').verify(`${known.password}!`, known.hash), false);
  });
});

describe('the password verifiers of WordPress', () => {
  it('take hashes without salt only where that is stated', () => {
    const usual = wordpress.passwordVerifiers({ unsalted: false });
    assert.equal(
      usual.some((verifier) => verifier.recognises(hashOf('wordpress-md5'))),
      false,
    );
    assert.deepEqual(
      verifiers.map(({ name }) => name),
      [...usual.map(({ name }) => name), 'wordpress-md5'],
    );
  });

  const phpass = hashOf('wordpress-phpass');
  const bcrypt = hashOf('wordpress-bcrypt-plain');
  const password = 'correct horse battery staple';
  const refused: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['what phpass writes when it fails', '*0'],
    ['a locked password', '!'],
    ['half a hash', phpass.slice(0, 20)],
    ['a hash with a line end', `${phpass}\n`],
    ['a hash with more behind it', `${phpass}x`],
    ['a character that phpass has not', `${phpass.slice(0, 33)}=`],
    ['another mark', phpass.replace('$P$', '$S$')],
    ['a cost below the least', phpass.replace('$P$B', '$P$4')],
    ['a cost that would take seconds', phpass.replace('$P$B', '$P$F')],
    ['a cost that would take half an hour', phpass.replace('$P$B', '$P$S')],
    ['a cost beyond what phpass knows', phpass.replace('$P$B', '$P$z')],
    ['bcrypt with the broken mark', bcrypt.replace('$2y$', '$2x$')],
    ['bcrypt below its least cost', bcrypt.replace(/^\$2y\$\d\d/, '$2y$03')],
    ['bcrypt that would take seconds', bcrypt.replace(/^\$2y\$\d\d/, '$2y$15')],
    ['bcrypt that would take days', bcrypt.replace(/^\$2y\$\d\d/, '$2y$31')],
    ['a short bcrypt hash', bcrypt.slice(0, 59)],
    ['a long bcrypt hash', `${bcrypt}a`],
    ['the mark of WordPress alone', '$wp'],
    ['the mark of WordPress twice', `$wp$wp${bcrypt}`],
    ['the mark of WordPress on phpass', `$wp${phpass}`],
    ['MD5 in capitals', hashOf('wordpress-md5').toUpperCase()],
    ['another kind of hash', '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA'],
  ];
  for (const [what, hash] of refused) {
    it(`refuse ${what} at once`, async () => {
      for (const verifier of verifiers) {
        assert.equal(verifier.recognises(hash), false, verifier.name);
        assert.equal(await verifier.verify(password, hash), false, verifier.name);
      }
    });
  }

  it('refuse what no password of WordPress can be', async () => {
    for (const { verifier: name, hash } of hashes) {
      for (const text of ['', ' \t\n', '\0', 'x'.repeat(4097), `${password}\ud800`]) {
        assert.equal(await named(name).verify(text, hash), false, `${name}: ${JSON.stringify(text.slice(0, 20))}`);
      }
    }
  });

  it('do not read a password as far as its NUL only', async () => {
    for (const name of ['wordpress-bcrypt-plain', 'wordpress-bcrypt', 'wordpress-phpass', 'wordpress-md5']) {
      assert.equal(await named(name).verify(`${password}\0more`, hashOf(name)), false, name);
    }
  });

  it('let others have a turn while phpass counts', async () => {
    const dear = hashes.find(({ why }) => why.startsWith('the greatest cost')) ?? assert.fail();
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await named('wordpress-phpass').verify('wrong', dear.hash);
    clearInterval(counting);
    assert.ok(turns >= 3, `${turns} turns`);
  });
});
