import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalAddress, networkOf } from '../../src/domain/network.ts';

describe('networkOf', () => {
  const rows: [string, string][] = [
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['0.0.0.0', '0.0.0.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['::FFFF:cb00:7107', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:1:23ab:4:5:6:7', '2001:db8:1:2300::/56'],
    ['2001:0DB8:0001:23FF::1', '2001:db8:1:2300::/56'],
    ['2001:db8::1', '2001:db8::/56'],
    ['::1', '::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
  ];
  for (const [address, network] of rows)
    it(`puts ${address} into ${network}`, () => assert.equal(networkOf(address), network));

  const rubbish = [
    '',
    'unknown',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.07',
    '203.0.113.7.',
    '203.0.113.7:80',
    '203.0.113.0/24',
    '[::1]',
    '1::2::3',
  ];
  for (const text of [
    ...rubbish,
    ':::',
    '12345::',
    '::g',
    '1:2:3:4:5:6:7',
    ' ::1',
    '::1\n',
    '::1]',
    '::1@x',
    '/run/latchkey.sock',
    '203.0.113.7\n',
  ]) {
    it(`calls ${JSON.stringify(text)} unknown`, () => assert.equal(networkOf(text), 'unknown'));
  }

  it('knows exactly the addresses that Node knows, and keeps no more than the network of one', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,24}$/));
    fc.assert(
      fc.property(address, (text) => {
        const network = networkOf(text);
        assert.equal(network !== 'unknown', isIP(text) !== 0, text);
        if (network === 'unknown') return;
        const [base = '', length] = network.split('/');
        assert.equal(networkOf(base), network);
        assert.equal(length, isIP(base) === 4 ? '24' : '56');
      }),
    );
  });
});

describe('canonicalAddress', () => {
  it('writes one address one way', () => {
    const ways = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0001', '2001:db8::1%2'];
    assert.deepEqual(new Set(ways.map(canonicalAddress)), new Set(['2001:db8::1']));
    assert.equal(canonicalAddress('::ffff:10.0.0.1'), '10.0.0.1');
    assert.equal(canonicalAddress('64:ff9b::10.0.0.1'), '64:ff9b::a00:1');
    assert.equal(canonicalAddress('proxy'), undefined);
  });
});
