import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import Koa from 'koa';
import { HttpError } from '../../src/http/http-error.ts';
import { readForm } from '../../src/http/read-form.ts';
import { bodyOf, listening, rawExchange, request, serverOf, statusOf } from './raw-exchange.ts';

const FORM = 'Content-Type: application/x-www-form-urlencoded';

describe('readForm', () => {
  const codes: string[] = [];
  const app = new Koa();
  app.on('error', () => undefined);
  app.use(async (ctx) => {
    try {
      ctx.body = [...(await readForm(ctx.req))];
    } catch (error) {
      if (error instanceof HttpError) codes.push(error.code);
      throw error;
    }
  });
  const server = serverOf(app);
  let port = 0;
  before(async () => {
    port = await listening(server);
  });
  after(() => server.close());

  const post = (body: string | Buffer, ...lines: string[]) => {
    const bytes = Buffer.from(body);
    return rawExchange(
      port,
      Buffer.concat([request('POST / HTTP/1.1', 'Host: x', `Content-Length: ${bytes.length}`, ...lines), bytes]),
    );
  };

  it('reads what browsers send, and nothing else than what they meant', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
          selector: ([name]) => name,
          maxLength: 5,
        }),
        async (fields) => {
          const clean = fields.filter(([name, value]) => name !== '' && !`${name}${value}`.includes('\0'));
          const answer = await post(new URLSearchParams(clean).toString(), FORM);
          assert.deepEqual(JSON.parse(bodyOf(answer)), clean);
        },
      ),
      { numRuns: 50 },
    );
  });

  const accepted: [string, string, string, [string, string][]][] = [
    ['an empty body', '', FORM, []],
    [
      'a name without value',
      'a&b=',
      FORM,
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['a value with equals signs', 'a=b=c', FORM, [['a', 'b=c']]],
    [
      'names of objects',
      '__proto__=1&constructor=2',
      FORM,
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
    ['a charset', 'a=%C3%A9+%2B', `${FORM}; charset=UTF-8`, [['a', 'é +']]],
    ['bytes of UTF-8', 'a=é', FORM, [['a', 'é']]],
  ];
  for (const [what, body, type, fields] of accepted) {
    it(`accepts ${what}`, async () => assert.deepEqual(JSON.parse(bodyOf(await post(body, type))), fields));
  }

  const rows: [string, string | Buffer, string[], number, string, string][] = [
    [
      'a name that comes twice',
      'a=1&b=2&a=1',
      [FORM],
      400,
      'ERR_HTTP_FORM_DUPLICATE',
      'The form holds the same field twice.',
    ],
    [
      'a name that comes twice in disguise',
      'a=1&%61=2',
      [FORM],
      400,
      'ERR_HTTP_FORM_DUPLICATE',
      'The form holds the same field twice.',
    ],
    [
      'broken percent-encoding',
      'a=%zz',
      [FORM],
      400,
      'ERR_HTTP_FORM_ENCODING',
      'The form holds text that is not encoded correctly.',
    ],
    [
      'half an escape',
      'a=%4',
      [FORM],
      400,
      'ERR_HTTP_FORM_ENCODING',
      'The form holds text that is not encoded correctly.',
    ],
    [
      'escapes that are not UTF-8',
      'a=%ff',
      [FORM],
      400,
      'ERR_HTTP_FORM_ENCODING',
      'The form holds text that is not encoded correctly.',
    ],
    [
      'a name that is not UTF-8',
      '%ff=a',
      [FORM],
      400,
      'ERR_HTTP_FORM_ENCODING',
      'The form holds text that is not encoded correctly.',
    ],
    [
      'a surrogate',
      'a=%ed%a0%80',
      [FORM],
      400,
      'ERR_HTTP_FORM_ENCODING',
      'The form holds text that is not encoded correctly.',
    ],
    [
      'bytes that are not UTF-8',
      Buffer.from([0x61, 0x3d, 0xff]),
      [FORM],
      400,
      'ERR_HTTP_FORM_ENCODING',
      'The form holds text that is not encoded correctly.',
    ],
    ['NUL', 'a=%00', [FORM], 400, 'ERR_HTTP_FORM_ENCODING', 'The form holds text that is not encoded correctly.'],
    [
      'no content type',
      'a=1',
      [],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'JSON',
      '{}',
      ['Content-Type: application/json'],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'plain text, which any site may send',
      'a=1',
      ['Content-Type: text/plain'],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'multipart',
      'a=1',
      ['Content-Type: multipart/form-data; boundary=a'],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'a longer type',
      'a=1',
      [`${FORM}-more`],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'another charset',
      'a=1',
      [`${FORM}; charset=iso-8859-1`],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'a compressed body',
      'a=1',
      [FORM, 'Content-Encoding: gzip'],
      415,
      'ERR_HTTP_MEDIA_TYPE',
      'The form must be sent as application/x-www-form-urlencoded in UTF-8.',
    ],
    [
      'a body above 64 KiB',
      `a=${'b'.repeat(65_535)}`,
      [FORM],
      413,
      'ERR_HTTP_BODY_TOO_LARGE',
      'The form is too large.',
    ],
  ];
  for (const [what, body, lines, status, code, text] of rows) {
    it(`refuses ${what} with ${status}`, async () => {
      codes.length = 0;
      const answer = await post(body, ...lines);
      assert.equal(statusOf(answer), status);
      assert.equal(bodyOf(answer), text);
      assert.deepEqual(codes, [code]);
    });
  }

  it('counts a chunked body, which announces no length', async () => {
    const chunk = `${(16_384).toString(16)}\r\n${'a'.repeat(16_384)}\r\n`;
    const answer = await rawExchange(
      port,
      Buffer.concat([
        request('POST / HTTP/1.1', 'Host: x', FORM, 'Transfer-Encoding: chunked'),
        Buffer.from(`${chunk.repeat(5)}0\r\n\r\n`),
      ]),
    );
    assert.equal(statusOf(answer), 413);
  });

  it('refuses a body that ends too early', { timeout: 5000 }, async () => {
    codes.length = 0;
    const { port: open } = server.address() as AddressInfo;
    const socket = connect(open, '127.0.0.1').on('error', () => undefined);
    const arrived = once(server, 'request');
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${FORM}\r\nContent-Length: 100\r\n\r\na=1`);
    const [req] = (await arrived) as [IncomingMessage];
    const gone = new Promise((resolve) => {
      req.once('close', resolve);
    });
    socket.destroy();
    await gone;
    await new Promise(setImmediate);
    assert.deepEqual(codes, ['ERR_HTTP_BODY_INCOMPLETE']);
  });
});
