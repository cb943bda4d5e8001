import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { buildAssets } from '../../src/http/assets/assets.ts';
import type { AssetName } from '../../src/http/assets/assets.ts';
import { parseHtml, startTokens } from '../html/parse-html.ts';

const names: readonly AssetName[] = ['stylesheet', 'submitForm', 'logo'];
const assets = buildAssets('#1f5fbf');
const contentOf = (name: AssetName): string => assets.find(assets.pathOf(name))?.body.toString() ?? '';

describe('buildAssets', () => {
  it('gives each asset a path with a hash, a type and a strong entity tag', () => {
    const seen = names.map((name) => assets.find(assets.pathOf(name)));
    assert.deepEqual(
      seen.map((asset) => asset?.contentType),
      ['text/css; charset=utf-8', 'text/javascript; charset=utf-8', 'image/svg+xml'],
    );
    for (const asset of seen) {
      assert.match(asset?.path ?? '', /^\/assets\/[a-z-]+\.[A-Za-z0-9_-]{16}\.(?:css|js|svg)$/);
      assert.match(asset?.etag ?? '', /^"[A-Za-z0-9_-]{16}"$/);
    }
  });

  it('changes the path with the content, and only then', () => {
    const same = buildAssets('#1f5fbf');
    const other = buildAssets('#7a1fa2');
    for (const name of names) assert.equal(same.pathOf(name), assets.pathOf(name));
    assert.notEqual(other.pathOf('stylesheet'), assets.pathOf('stylesheet'));
    assert.equal(other.pathOf('submitForm'), assets.pathOf('submitForm'));
  });

  it('finds nothing at other paths', () => {
    const path = assets.pathOf('stylesheet');
    for (const other of [
      '/',
      '/assets/',
      `${path}x`,
      path.toUpperCase(),
      `/x/..${path}`,
      'constructor',
      '__proto__',
      '',
    ]) {
      assert.equal(assets.find(other), undefined);
    }
  });

  it('refuses a colour that could leave its place in the stylesheet', () => {
    for (const colour of ['red', '#fff', '#12345', '#1234567', '#12345g', '#123456;}', 'url(x)', '']) {
      assert.throws(() => buildAssets(colour), RangeError);
    }
  });
});

describe('the stylesheet', () => {
  const css = contentOf('stylesheet');

  it('loads nothing from elsewhere', () => assert.doesNotMatch(css, /url\(|@import|@font-face|https?:/));

  it('closes what it opens', () => {
    assert.equal(css.split('{').length, css.split('}').length);
    assert.doesNotMatch(css, /undefined|NaN|\[object/);
  });

  it('defines every property that it uses', () => {
    const used = new Set([...css.matchAll(/var\((--[a-z-]+)\)/g)].map(([, name]) => name));
    assert.ok(used.size > 5);
    for (const name of used) assert.ok(css.includes(`  ${name}: #`), name);
  });

  it('answers to dark schemes, less motion, more contrast and forced colours', () => {
    for (const query of ['prefers-color-scheme: dark', 'prefers-reduced-motion', 'prefers-contrast', 'forced-colors']) {
      assert.ok(css.includes(query), query);
    }
  });
});

describe('the logo', () => {
  it('is a picture without script and without inline style', () => {
    const elements = startTokens(parseHtml(contentOf('logo')));
    assert.equal(elements[0]?.name, 'svg');
    for (const { name, attributes } of elements) {
      assert.ok(!['script', 'style', 'a', 'image', 'use', 'foreignobject'].includes(name));
      for (const key of attributes.keys()) assert.doesNotMatch(key, /^(?:on|style$|href$|xlink)/);
    }
  });
});
