import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hintCookie } from '../../tools/stage/browser-cookies.ts';
import { openHouse, type House } from './support/house.ts';
import { recordProviderCalls, type ProviderCalls } from './support/provider-calls.ts';

/** What asks, by its headers. Cookies have none of them. */
const visitors: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a browser at its first visit': {
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'none',
  },
  'an older browser': { 'user-agent': 'Mozilla/5.0', accept: 'text/html,*/*;q=0.8' },
  'a crawler': { 'user-agent': 'Mozilla/5.0 (compatible; Examplebot/2.1)', accept: 'text/html' },
  curl: { 'user-agent': 'curl/8.5.0', accept: '*/*' },
  'a program that says nothing of itself': {},
};

describe('whoever brings no cookie', { timeout: 300_000 }, () => {
  let house: House;
  let calls: ProviderCalls;
  let front: string;

  before(async () => {
    house = await openHouse();
    calls = await recordProviderCalls(house);
    front = `${house.notes.origin}/`;
  });
  after(async () => house.close());

  for (const [name, headers] of Object.entries(visitors)) {
    for (const method of ['GET', 'HEAD', 'POST'] as const) {
      it(`${name} is not redirected (${method}), and given no cookie`, async () => {
        for (const path of ['', '?page=2', 'nowhere', 'notes.css']) {
          const answer = await house.request(`${front}${path}`, { method, headers });
          assert.ok(![301, 302, 303, 307, 308].includes(answer.status), `${answer.status} for /${path}`);
          assert.equal(answer.location, undefined);
          assert.equal(answer.headers['set-cookie'], undefined);
        }
      });
    }
  }

  it('is asked to sign in where a page needs somebody, by the application itself and for page visits alone', async () => {
    for (const headers of Object.values(visitors)) {
      const posted = await house.request(`${front}notes`, { headers, form: { text: 'x' } });
      assert.deepEqual([posted.status, posted.location], [401, undefined]);
    }
    const { status, location } = await house.request(`${front}notes`, { headers: { accept: 'text/html' } });
    assert.deepEqual([status, location?.href], [303, `${front}latchkey/start?to=%2Fnotes`]);
    const feed = await house.request(`${front}notes`, { headers: { accept: 'application/json' } });
    assert.deepEqual([feed.status, feed.location], [401, undefined]);
    assert.equal(house.notes.written().length, 0);
  });

  it('may come a hundred times without one call to the provider', async () => {
    await calls.clear();
    for (let views = 0; views < 100; views += 1) {
      const headers = Object.values(visitors)[views % Object.keys(visitors).length] ?? {};
      const answer = await house.request(`${front}?view=${views}`, { headers });
      assert.equal(answer.status, 200);
      assert.match(String(answer.headers['cache-control']), /public/);
      const other = await house.request(`${front}nowhere?view=${views}`, { headers });
      assert.equal(other.status, 404);
      assert.match(String(other.headers['cache-control']), /no-store/);
    }
    assert.deepEqual(await calls.all(), []);
  });

  it('with a hint alone is sent to the provider by no HEAD, POST, download, frame, image or script', async () => {
    await calls.clear();
    const cookie = `${hintCookie}=AAAA`;
    const asks: readonly (readonly [string, Record<string, string>])[] = [
      ['HEAD', { accept: 'text/html' }],
      ['POST', { accept: 'text/html' }],
      ['GET', { accept: 'text/html', range: 'bytes=0-99' }],
      ['GET', { accept: '*/*' }],
      ['GET', { accept: 'application/rss+xml' }],
      ['GET', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
      ['GET', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
      ['GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ];
    for (const [method, headers] of asks) {
      const answer = await house.request(`${front}nowhere`, { method, headers: { ...headers, cookie } });
      assert.deepEqual([answer.status, answer.location], [404, undefined], `${method} ${JSON.stringify(headers)}`);
    }
    assert.deepEqual(await calls.all(), []);
    const visit = await house.request(`${front}nowhere`, { headers: { accept: 'text/html', cookie } });
    assert.equal(visit.location?.origin, house.provider.issuer, 'as a page visit it is');
  });
});
