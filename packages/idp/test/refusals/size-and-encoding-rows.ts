import { askBytes, askRaw } from './raw-answer.ts';
import { json, line, page, refuse, type Refusal, type Section } from './refusal.ts';
import { basic, type World } from './world.ts';

const tooLarge = line('The request body is too large.');
const headersTooLarge = line('The request headers are too large.');
const badTarget = line('Bad request: this address is not written correctly.');
const mebibyte = 1024 * 1024;

const host = (world: World): string => `Host: ${new URL(world.issuer).host}`;

const targets =
  (...written: string[]): Refusal['ask'] =>
  (world) =>
    Promise.all(written.map((target) => askRaw(world, `GET ${target} HTTP/1.1`, host(world))));

/** Posts to the sign-in form, the way out, and the confirmation of a sign-out. */
const forms = async (world: World, body: string, headers: Record<string, string> = {}) => {
  const { browser, path } = await world.beginSignIn();
  const type = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const paths = [`${path}/sign-in`, `${path}/cancel`, '/session/end', '/session/end/confirm', '/auth'];
  return Promise.all(paths.map((action) => browser.ask(action, { body, headers: type })));
};

export const sizeAndEncodingSections: readonly Section[] = [
  {
    where: 'every address, size',
    rows: [
      refuse('a body of more than 64 KiB', 413, tooLarge, (world) =>
        Promise.all(
          ['/token', '/auth', '/session/end', '/nowhere'].map((path) => world.post(path, 'x'.repeat(mebibyte))),
        ),
      ),
      refuse('one that does not tell its length, at a form', 413, page('tooLarge', 'invalid_request'), (world) =>
        forms(world, `username=${'x'.repeat(70_000)}`, { 'transfer-encoding': 'chunked' }),
      ),
      refuse('one that does not tell its length, at `/token`', 400, json('invalid_request'), (world) =>
        world.post('/token', `code=${'x'.repeat(70_000)}`, {
          ...basic(world.client('app')),
          'transfer-encoding': 'chunked',
        }),
      ),
      refuse('headers or an address of more than 16 KiB', 431, headersTooLarge, (world) =>
        Promise.all([
          askRaw(world, 'GET / HTTP/1.1', host(world), `X-Large: ${'x'.repeat(20_000)}`),
          askRaw(world, 'GET / HTTP/1.1', host(world), `Cookie: ${'a=b; '.repeat(5000)}`),
          askRaw(world, `GET /auth?state=${'x'.repeat(20_000)} HTTP/1.1`, host(world)),
        ]),
      ),
    ],
  },
  {
    where: 'every address, encoding',
    rows: [
      refuse(
        'a path or query that is not UTF-8, holds NUL or broken percent-encoding',
        400,
        badTarget,
        targets(
          '/%ff',
          '/%c0%af',
          '/%00',
          '/auth?state=%ff',
          '/auth?state=%00',
          '/session/end?state=%c3%28',
          '/%',
          '/%zz',
          '/?a=%',
        ),
      ),
      refuse(
        'two slashes, a backslash, a fragment, an asterisk',
        400,
        badTarget,
        targets('//evil.example', '///', '/auth//x', '/\\evil.example', '/interaction\\x', '/#x', '*'),
      ),
      refuse(
        'bytes that are no ASCII in the address',
        400,
        line('Bad request.'),
        targets('/caf\u00e9', '/auth?state=\u00ff'),
      ),
      refuse(
        'bytes that are no ASCII in a header that is read',
        400,
        line('Bad request: a header holds characters that are not ASCII.'),
        (world) =>
          Promise.all(
            ['Authorization: Bearer \u00e9', 'Origin: \u00ff', 'DPoP: \u00e9', 'Accept-Language: \u00e9'].map(
              (header) => askRaw(world, 'GET /profile HTTP/1.1', host(world), header),
            ),
          ),
      ),
      refuse(
        'a form that is not UTF-8, holds NUL or broken percent-encoding',
        400,
        page('badRequest', 'invalid_request', 'The form holds text that is not encoded correctly.'),
        async (world) =>
          (
            await Promise.all(
              ['username=%ff', 'username=a%00b', 'state=%c3%28', 'username=%', 'x%00=1'].map((body) =>
                forms(world, body),
              ),
            )
          ).flat(),
      ),
      refuse(
        'a field of a form twice',
        400,
        page('badRequest', 'invalid_request', 'The form holds the same field twice.'),
        async (world) =>
          (
            await Promise.all(
              ['username=a&username=a', 'csrf_token=x&csrf_token=y', 'client_id=app&client%5Fid=app'].map((body) =>
                forms(world, body),
              ),
            )
          ).flat(),
      ),
      refuse(
        'a form as JSON, multipart, compressed or in another character set',
        415,
        page('badRequest', 'invalid_request'),
        async (world) =>
          (
            await Promise.all([
              forms(world, '{}', { 'content-type': 'application/json' }),
              forms(world, 'x', { 'content-type': 'multipart/form-data; boundary=x' }),
              forms(world, 'username=x', { 'content-type': 'text/plain' }),
              forms(world, 'username=x', { 'content-encoding': 'gzip' }),
              forms(world, 'username=x', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' }),
            ])
          ).flat(),
      ),
    ],
  },
  {
    where: 'every address, HTTP itself',
    rows: [
      refuse('what is no HTTP', 400, line('Bad request.'), (world) =>
        Promise.all([
          askBytes(world, Buffer.from('hello\r\n\r\n')),
          askRaw(world, 'GET / HTTP/1.1', host(world), 'no colon'),
        ]),
      ),
      refuse('two lengths, or a length and chunks (request smuggling)', 400, line('Bad request.'), (world) =>
        Promise.all([
          askRaw(world, 'POST /token HTTP/1.1', host(world), 'Content-Length: 5', 'Content-Length: 6'),
          askRaw(world, 'POST /token HTTP/1.1', host(world), 'Content-Length: 5', 'Transfer-Encoding: chunked'),
          askRaw(world, 'POST /token HTTP/1.1', host(world), 'Transfer-Encoding: chunked, identity'),
        ]),
      ),
      refuse('an `Expect` that is not known', 417, line('What the request expects is not offered here.'), (world) =>
        askRaw(world, 'POST /token HTTP/1.1', host(world), 'Content-Length: 1', 'Expect: magic'),
      ),
    ],
  },
];
