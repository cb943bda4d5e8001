import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { isSpecialUse } from '../../src/outgoing/special-use-addresses.ts';

/** First and last address of each range, so that a wrong prefix length shows. */
const specialIpv4: readonly (readonly [what: string, first: string, last: string])[] = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private use 10/8', '10.0.0.0', '10.255.255.255'],
  ['shared address space of carriers', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255'],
  ['link-local', '169.254.0.0', '169.254.255.255'],
  ['private use 172.16/12', '172.16.0.0', '172.31.255.255'],
  ['IETF protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation 1', '192.0.2.0', '192.0.2.255'],
  ['AS112', '192.31.196.0', '192.31.196.255'],
  ['AMT', '192.52.193.0', '192.52.193.255'],
  ['6to4 relays', '192.88.99.0', '192.88.99.255'],
  ['private use 192.168/16', '192.168.0.0', '192.168.255.255'],
  ['AS112, direct delegation', '192.175.48.0', '192.175.48.255'],
  ['benchmarking', '198.18.0.0', '198.19.255.255'],
  ['documentation 2', '198.51.100.0', '198.51.100.255'],
  ['documentation 3', '203.0.113.0', '203.0.113.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved', '240.0.0.0', '255.255.255.254'],
  ['limited broadcast', '255.255.255.255', '255.255.255.255'],
];

const specialIpv6: readonly (readonly [what: string, first: string, last: string])[] = [
  ['unspecified', '::', '::'],
  ['loopback', '::1', '::1'],
  ['loopback, written out', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['IPv4-compatible', '::127.0.0.1', '::7f00:1'],
  ['IPv4-mapped loopback', '::ffff:127.0.0.1', '::FFFF:7F00:1'],
  ['IPv4-mapped, whatever it maps', '::ffff:0.0.0.0', '::ffff:255.255.255.255'],
  ['IPv4-mapped public address', '::ffff:8.8.8.8', '0:0:0:0:0:ffff:0808:0808'],
  ['IPv4-translated (RFC 2765)', '::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  ['NAT64 to loopback', '64:ff9b::127.0.0.1', '64:ff9b::7fff:ffff'],
  ['NAT64 to private use', '64:ff9b::10.0.0.1', '64:ff9b::192.168.255.255'],
  ['NAT64 to link-local', '64:ff9b::169.254.169.254', '64:ff9b::a9fe:a9fe'],
  ['NAT64 of the own network', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['next to the NAT64 prefix', '64:ff9b:0:0:0:1::', '64:ff9a::8.8.8.8'],
  ['discard only', '100::', '100::ffff:ffff:ffff:ffff'],
  ['dummy prefix', '100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff'],
  ['IETF protocol assignments', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001::ffff:ffff:ffff:ffff:ffff:ffff'],
  ['benchmarking', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['ORCHIDv2', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4 of loopback and of anything', '2002:7f00:1::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['AS112', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  ['documentation, the large one', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['not allocated', '4000::', '5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local with a zone', 'fe80::1%lo', 'fe80::1%1'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast', 'ff00::', 'ff02::1'],
];

describe('isSpecialUse (IANA special-purpose address registries)', () => {
  for (const [what, first, last] of [...specialIpv4, ...specialIpv6]) {
    it(`refuses ${what}: ${first} to ${last}`, () => {
      assert.equal(isSpecialUse(first), true, first);
      assert.equal(isSpecialUse(last), true, last);
    });
  }

  it('refuses what is no IP address in its usual form', () => {
    const odd = [
      '',
      'localhost',
      '127.1',
      '0x7f.1',
      '2130706433',
      '0177.0.0.1',
      '8.8.8.8.',
      ' 8.8.8.8',
      '[2600::1]',
      '8.8.8.8:80',
      '8.8.8.256',
    ];
    for (const text of odd) assert.equal(isSpecialUse(text), true, text);
  });

  it('lets public addresses pass, the neighbours of special ranges too', () => {
    const publicAddresses = [
      [
        '1.0.0.0',
        '8.8.8.8',
        '9.255.255.255',
        '11.0.0.0',
        '100.63.255.255',
        '100.128.0.0',
        '126.255.255.255',
        '128.0.0.0',
      ],
      [
        '169.253.255.255',
        '169.255.0.0',
        '172.15.255.255',
        '172.32.0.0',
        '192.0.1.0',
        '192.0.3.0',
        '192.167.255.255',
        '192.169.0.0',
      ],
      ['198.17.255.255', '198.20.0.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
      [
        '2001:200::',
        '2001:db7::1',
        '2001:db9::1',
        '2001:4860:4860::8888',
        '2003::1',
        '2600::1',
        '2A00:1450::1',
        '3ffe::1',
        '3fff:1000::',
      ],
      ['64:ff9b::8.8.8.8', '64:ff9b::808:808'],
    ].flat();
    for (const address of publicAddresses) assert.equal(isSpecialUse(address), false, address);
  });

  it('judges every NAT64 address by the IPv4 address in it (RFC 6052)', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        assert.equal(isSpecialUse(`64:ff9b::${address}`), isSpecialUse(address));
      }),
    );
  });

  it('refuses every IPv4-mapped, 6to4 and unique local address', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    fc.assert(
      fc.property(group, group, (high, low) => {
        assert.equal(isSpecialUse(`::ffff:${high}:${low}`), true);
        assert.equal(isSpecialUse(`2002:${high}:${low}::1`), true);
        assert.equal(isSpecialUse(`fd00:${high}::${low}`), true);
      }),
    );
  });
});
