import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { outgoingUriFault } from '../../src/domain/client/outgoing-uri.ts';
import { checkPrivateAddress, privateAddressOf } from '../../src/domain/client/private-address.ts';

describe('checkPrivateAddress', () => {
  for (const [address, kept] of [
    ['127.0.0.1:4000', '127.0.0.1:4000'],
    ['localhost:80', 'localhost:80'],
    ['Forum.Internal:8443', 'forum.internal:8443'],
    ['10.1.2.3:65535', '10.1.2.3:65535'],
    ['[::1]:4000', '[::1]:4000'],
    ['[FD00:0:0::1]:4000', '[fd00::1]:4000'],
  ] as const) {
    it(`keeps ${address} as ${kept}`, () => assert.equal(checkPrivateAddress(address).value, kept));
  }
  for (const address of [
    '',
    'localhost',
    '127.0.0.1',
    ':4000',
    'localhost:',
    'localhost:0',
    'localhost:04000',
    'localhost:70000',
    'localhost:-1',
    'localhost:http',
    'http://localhost:4000',
    'localhost:4000/',
    'localhost:4000/callback',
    '::1:4000',
    '[::1]',
    '[::1:4000',
    '*:4000',
    '*.example.org:4000',
    '10.0.0.0/8:80',
    '0x7f.1:4000',
    '127.1:4000',
    '2130706433:4000',
    'alice@localhost:4000',
    'local host:4000',
    'localhost:4000 ',
    'localhost:4000\n',
    'localhost:4000,localhost:4001',
    'bücher.example:80',
    '-a.example:80',
    'a..example:80',
    'example.org.:80',
    `${'a'.repeat(64)}.example:80`,
    '[localhost]:80',
  ]) {
    it(`refuses ${JSON.stringify(address)}`, () =>
      assert.equal(checkPrivateAddress(address).problem?.code, 'ERR_PRIVATE_ADDRESS'));
  }

  it('keeps each address as the URLs that it is for write it', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        const { value } = checkPrivateAddress(`${name}:${port}`);
        if (value !== undefined) assert.equal(value, privateAddressOf(new URL(`http://${name}:${port}/logout`)));
      }),
    );
  });

  it('knows the port that a URL does not name', () => {
    assert.equal(privateAddressOf(new URL('https://forum.internal/logout')), 'forum.internal:443');
    assert.equal(privateAddressOf(new URL('http://forum.internal/logout')), 'forum.internal:80');
  });
});

describe('outgoingUriFault', () => {
  it('accepts https, whose address is checked when it is called', () => {
    assert.equal(outgoingUriFault('https://forum.example.org/logout?x=1', []), undefined);
  });

  it('accepts http and loopback where host and port are excepted', () => {
    assert.equal(outgoingUriFault('http://127.0.0.1:4000/logout', ['127.0.0.1:4000']), undefined);
    assert.equal(outgoingUriFault('http://forum.internal/logout', ['forum.internal:80']), undefined);
    assert.equal(outgoingUriFault('https://localhost/logout', ['localhost:443']), undefined);
  });

  for (const [uri, exceptions, why] of [
    ['http://forum.example.org/logout', [], 'http'],
    ['http://127.0.0.1:4000/logout', [], 'loopback, which would never be reached'],
    ['https://localhost/logout', [], 'loopback over https'],
    ['http://127.0.0.1:4000/logout', ['127.0.0.1:4001'], 'an exception for another port'],
    ['http://127.0.0.1:4000/logout', ['localhost:4000'], 'an exception for another name'],
    ['https://forum.example.org/logout#x', [], 'a fragment'],
    ['https://alice:secret@forum.example.org/logout', [], 'a password'],
    ['ftp://forum.example.org/logout', [], 'another scheme'],
    ['file:///etc/passwd', [], 'a file'],
    ['/logout', [], 'a path alone'],
    ['', [], 'nothing'],
  ] as const) {
    it(`refuses ${why}`, () => assert.notEqual(outgoingUriFault(uri, exceptions), undefined));
  }

  it('says which exception would help', () => {
    assert.match(outgoingUriFault('http://127.0.0.1:4000/logout', []) ?? '', /127\.0\.0\.1:4000/);
  });
});
