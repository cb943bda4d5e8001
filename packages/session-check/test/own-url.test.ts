import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownUrl } from '../src/own-url.ts';

const origin = 'https://notes.example.org';

describe('the address of an endpoint that the element names', () => {
  it('is a path of the page’s origin', () => {
    assert.equal(ownUrl('/latchkey/start?frame=1', origin), `${origin}/latchkey/start?frame=1`);
  });

  it('is never one of another origin', () => {
    for (const path of ['//evil.example/x', '/\\evil.example/x', '/@evil.example', '/:80@evil.example', '/.evil']) {
      assert.equal(new URL(ownUrl(path, origin) || 'none:').origin, origin, path);
    }
  });

  it('is none without a leading slash', () => {
    for (const path of [
      undefined,
      '',
      'latchkey/chrome',
      '.evil.example/x',
      '@evil.example/x',
      ':443@evil.example/x',
      'https://notes.example.org/x',
      'https://evil.example/',
      ' /x',
      '\\x',
      'javascript:alert(1)',
      'data:text/html,x',
    ]) {
      assert.ok(!ownUrl(path, origin), path);
    }
  });
});
