import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkEmailAddress, emailComparisonForm, isSameEmailAddress } from '../../src/domain/account/email-address.ts';

const label63 = 'a'.repeat(63);

describe('checkEmailAddress (HTML, valid e-mail address)', () => {
  const accepted = [
    'alice@example.org',
    'Alice.Example+wiki@Example.ORG',
    "o'brien@example.org",
    'a@b',
    '!#$%&*/=?^_`{|}~-@example.org',
    `${'a'.repeat(64)}@example.org`,
    `a@${label63}.${label63}.${label63}.${'a'.repeat(60)}`,
  ];
  for (const address of accepted) {
    it(`accepts ${address} as it is written`, () => assert.equal(checkEmailAddress(address).value, address));
  }

  const refused = [
    ['', 'nothing'],
    ['alice', 'no host'],
    ['alice@', 'an empty host'],
    ['@example.org', 'no local part'],
    ['alice@example@org', 'two at signs'],
    ['alice @example.org', 'a blank'],
    [' alice@example.org', 'a blank in front'],
    ['alice@example.org ', 'a blank at the end'],
    ['alice@example.org\n', 'a line break at the end'],
    ['alice@example.org\r\nBcc: bob@example.org', 'another header'],
    ['alice\0@example.org', 'a NUL'],
    ['alice,bob@example.org', 'a comma'],
    ['<alice@example.org>', 'angle brackets'],
    ['"alice"@example.org', 'a quoted local part'],
    ['alice@[127.0.0.1]', 'an address for a host'],
    ['alice@-example.org', 'a hyphen before the host'],
    ['alice@example-.org', 'a hyphen after a label'],
    ['alice@example..org', 'an empty label'],
    ['alice@example.org.', 'a dot at the end'],
    [`alice@${'a'.repeat(64)}.org`, 'a label of 64 characters'],
    ['müller@example.org', 'a letter that is not ASCII'],
    ['alice@bücher.example', 'a host that is not ASCII'],
    [`${'a'.repeat(65)}@example.org`, 'a local part of 65 characters'],
    [`a@${label63}.${label63}.${label63}.${'a'.repeat(61)}`, '255 characters'],
  ] as const;
  for (const [address, why] of refused) {
    it(`refuses ${why}`, () => assert.equal(checkEmailAddress(address).problem?.code, 'ERR_EMAIL_INVALID'));
  }

  it('never repeats the address in what it says', () => {
    assert.doesNotMatch(checkEmailAddress('alice@@example.org').problem?.message ?? '', /alice/);
  });

  it('lets no control character and no blank through, whatever the text', () => {
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string({ unit: 'binary', maxLength: 3 }), fc.string()), ([a, b, c]) => {
        const address = `a${a}${b}@${c}x`;
        if (checkEmailAddress(address).value !== undefined) assert.match(address, /^[\x21-\x7e]+$/);
      }),
    );
  });
});

describe('comparing e-mail addresses', () => {
  it('does not count case', () => {
    assert.ok(isSameEmailAddress('Alice@Example.org', 'alice@example.ORG'));
    assert.ok(!isSameEmailAddress('alice@example.org', 'alice+wiki@example.org'));
  });

  it('has one form for all addresses that are the same', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        assert.equal(emailComparisonForm(address.toUpperCase()), emailComparisonForm(address));
      }),
    );
  });
});
