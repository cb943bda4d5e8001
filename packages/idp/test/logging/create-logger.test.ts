import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLogger } from '../../src/logging.ts';
import { scrubText } from '../../src/logging/scrub-text.ts';

function writing(level: 'info' | 'debug' | 'silent' = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with level, time, process and message', () => {
    const { logger, lines, last } = writing();
    logger.info({ requestId: 'a1b2', clientId: 'notes', durationMs: 1.5, ok: true, none: null }, 'ready');
    assert.ok(lines[0]?.endsWith('}\n') && lines.length === 1);
    const { time, pid, ...rest } = last();
    assert.deepEqual(rest, {
      level: 'info',
      requestId: 'a1b2',
      clientId: 'notes',
      durationMs: 1.5,
      ok: true,
      none: null,
      msg: 'ready',
    });
    assert.ok(!Number.isNaN(Date.parse(String(time))));
    assert.equal(pid, process.pid);
  });

  it('keeps to its level', () => {
    const { logger, lines } = writing('info');
    logger.debug('no');
    writing('silent').logger.fatal('no');
    assert.deepEqual(lines, []);
  });

  const names = [
    'authorization', 'Authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'setCookie', 'code', 'code_verifier', 'token', 'access_token',
    'accessToken', 'refreshToken', 'tokens', 'client_secret', 'clientSecret', 'password', 'newPassword', 'id_token_hint', 'idTokenHint', 'logout_token',
    'client_assertion', 'dpop', 'DPoP', 'request_uri', 'request', 'state', 'nonce', 'username', 'preferred_username', 'email', 'newEmail', 'address',
    'remoteAddress', 'ip', 'loginHint', 'databaseUrl', 'secretKey', 'bindings', 'parameters', 'detail', 'query', 'body', 'headers',
  ]; // prettier-ignore
  for (const name of names) {
    it(`never writes a value under ${name}`, () => {
      const { logger, lines } = writing();
      logger.info({ [name]: 'hunter2' }, 'a');
      logger.info({ deep: { er: [{ [name]: 'hunter2' }] } }, 'b');
      logger.info({ [name]: ['hunter2', { x: 'hunter2' }] }, 'c');
      logger.child({ [name]: 'hunter2' }).info('d');
      logger.child({ deep: { [name]: 'hunter2' } }, { level: 'debug' }).debug('e');
      logger.info({ err: { [name]: 'hunter2' } }, 'f');
      assert.equal(lines.length, 6);
      assert.ok(!lines.join('').includes('hunter2'), lines.join(''));
    });
  }

  const texts = [
    'ann@example.org',
    'Ann.Lee+tag@mail.example.co.uk',
    'ann%40example.org',
    'jürgen@müller.example',
    '203.0.113.77',
    '2001:db8:1:2::77',
    '::ffff:203.0.113.77',
    'eyJhbGciOiJSUzI1NiJ9',
    'V1StGXR8_Z5jdHi6B-myT',
    '0b5f0ce2-3f6f-4a47-8d6e-6a1c1a2b3c4d',
    'postgres://latchkey:hunter2@db/latchkey',
    '/callback?code=abc&state=def',
    'Bearer abc',
    'Basic YTpi',
  ];
  for (const text of texts) {
    it(`never writes ${text}, wherever it stands in a text`, () => {
      const { logger, lines } = writing();
      const secret =
        /^(?:Bearer|Basic) (.*)/.exec(text)?.[1] ??
        (text.startsWith('postgres') ? 'hunter2' : text.startsWith('/callback') ? 'abc' : text);
      logger.info(text);
      logger.info(`before ${text}, after`);
      logger.info('with %s', text);
      logger.info('with %j', { a: text });
      logger.info({ note: text, deep: [{ note: `"${text}"` }] }, 'fields');
      logger.info({ msg: text });
      logger.child({ note: text }).info('child');
      logger.error(new Error(text));
      logger.error({ err: new Error(`first line\n    at ${text}`) });
      logger.error({ error: new TypeError(text), reason: new Error(text) }, 'other keys');
      logger.error(new Error('outside', { cause: new Error(text) }), 'wrapped');
      logger.error(new AggregateError([new Error(text)], text));
      logger.error({ err: text });
      logger.error({ err: { message: text, code: text, name: text, stack: text } });
      assert.equal(lines.length, 14);
      for (const line of lines) assert.ok(!line.includes(secret), line);
    });
  }

  it('keeps what helps: networks, own addresses, names in code, identifiers, times', () => {
    const { logger, last } = writing();
    const accountId = '0b5f0ce2-3f6f-4a47-8d6e-6a1c1a2b3c4d';
    const fields = {
      accountId,
      network: '203.0.113.0/24',
      other: '2001:db8:1:200::/56',
      issuer: 'http://127.0.0.1:3000',
      table: 'session_clients_unique_sid_of_client',
    };
    logger.info(fields, 'Latchkey is ready at http://localhost:3000, listening on [::1]:3000 since 12:30:45, v1.2.3');
    const { time, pid, level, ...rest } = last();
    assert.deepEqual(rest, {
      ...fields,
      msg: 'Latchkey is ready at http://localhost:3000, listening on [::1]:3000 since 12:30:45, v1.2.3',
    });
    assert.ok(time !== undefined && pid !== undefined && level === 'info');
  });

  it('writes the network in place of an address', () => {
    assert.equal(scrubText('connect ETIMEDOUT 203.0.113.77:5432'), 'connect ETIMEDOUT 203.0.113.0/24:5432');
    assert.equal(scrubText('connect ETIMEDOUT 2001:db8::77'), 'connect ETIMEDOUT 2001:db8::/56');
  });

  it('writes no request or response that is given to it whole', () => {
    const { logger, lines } = writing();
    const request = { method: 'GET', headers: { 'x-note': 'hunter2' }, socket: {}, url: '/?hunter2' };
    logger.info(request, 'whole');
    logger.info({ req: request, res: { setHeader: () => undefined, note: 'hunter2' } }, 'in fields');
    logger.info(createServer(), 'a server');
    assert.equal(lines.length, 3);
    assert.ok(!lines.join('').includes('hunter2'), lines.join(''));
  });

  it('survives what cannot be written', () => {
    const { logger, lines } = writing();
    const loop: Record<string, unknown> = { note: 'x' };
    loop['loop'] = loop;
    logger.info({ loop, big: 1n, fn: () => 1, date: new Date(0), undefined: undefined, at: Number.NaN }, 'odd');
    logger.info({ deep: { a: { b: { c: { d: { e: { f: { g: 'too deep' } } } } } } } }, 'deep');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.doesNotThrow(() => JSON.parse(line));
    assert.ok(!lines.join('').includes('too deep'));
  });

  it('scrubs any text twice as well as once, and quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), (text) =>
        assert.equal(scrubText(scrubText(text)), scrubText(text)),
      ),
    );
    const startedAt = performance.now();
    for (const piece of ['a', 'a.', '@', ':', '1.', '?=', 'a@a-', '://']) scrubText(piece.repeat(100_000));
    assert.ok(performance.now() - startedAt < 2000);
  });
});

describe('an error in the log', () => {
  const logged = (error: unknown) => {
    const { logger, last } = writing();
    logger.error({ err: error }, 'failed');
    return last()['err'] as Record<string, unknown>;
  };

  it('keeps name, code, message and the frames of its stack', () => {
    const error = Object.assign(new RangeError('no such client'), { code: 'ERR_CLIENT_UNKNOWN' });
    const { stack, ...rest } = logged(error);
    assert.deepEqual(rest, { name: 'RangeError', message: 'no such client', code: 'ERR_CLIENT_UNKNOWN' });
    assert.match(String(stack), /^ {4}at .*create-logger\.test\.ts:\d+:\d+/);
    assert.ok(!String(stack).includes('no such client'));
  });

  it('keeps the causes, not for ever', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    assert.equal((logged(new Error('a', { cause: new Error('b') }))['cause'] as Error).message, 'b');
    assert.equal(logged(loop)['message'], 'loop');
  });

  it('keeps of a database error what names the rule, not what broke it', () => {
    const error = Object.assign(
      new Error(
        'insert into "accounts" ("name") values ($1) - duplicate key value violates unique constraint "accounts_email_key"',
      ),
      {
        code: '23505',
        severity: 'ERROR',
        detail: 'Key (email)=(ann lee) already exists.',
        table: 'accounts',
        constraint: 'accounts_email_key',
        where: 'ann lee',
        bindings: ['ann lee'],
        hint: 'ann lee',
      },
    );
    const { stack, ...rest } = logged(error);
    assert.deepEqual(rest, {
      name: 'Error',
      message: error.message,
      code: '23505',
      constraint: 'accounts_email_key',
      table: 'accounts',
    });
    assert.ok(!JSON.stringify(stack).includes('ann lee'));
  });

  const messages: [string, string | undefined, string][] = [
    [
      'a value of a wrong type',
      '22P02',
      'select * from "a" where "id" = $1 - invalid input syntax for type uuid: "ann - lee"',
    ],
    ['a value in a raised exception', 'P0001', 'the value was: "ann lee"'],
    [
      'values in the statement',
      '42P01',
      `select * from "a" where "name" = 'ann lee' and x = 'it''s ann lee' - relation "a" does not exist`,
    ],
    ['values in a statement that timed out', undefined, `update "a" set "name" = 'ann lee' - timeout`],
  ];
  for (const [what, code, message] of messages) {
    it(`does not keep ${what}`, () => {
      const text = JSON.stringify(logged(Object.assign(new Error(message), code === undefined ? {} : { code })));
      assert.ok(!/ann|lee/.test(text), text);
    });
  }

  it('keeps no field that it does not know', () => {
    const { stack, ...rest } = logged(
      Object.assign(new Error('m'), {
        config: { auth: 'hunter2' },
        response: 'hunter2',
        code: 'not a code',
        table: 'a b',
      }),
    );
    assert.deepEqual(rest, { name: 'Error', message: 'm' });
    assert.ok(typeof stack === 'string');
  });

  it('tells what the engine tells', () => {
    const error = Object.assign(new Error('invalid_grant'), {
      error: 'invalid_grant',
      error_description: 'grant request is invalid',
      error_detail: 'code V1StGXR8_Z5jdHi6B-myT not found',
    });
    const { name, message, description } = logged(error);
    assert.deepEqual(
      { name, message, description },
      { name: 'Error', message: 'invalid_grant', description: 'grant request is invalid: code [redacted] not found' },
    );
  });

  it('may be anything that was thrown', () => {
    for (const thrown of ['ann@example.org', 1, null, undefined, Symbol('s'), { message: 'ann@example.org' }]) {
      const { logger, lines } = writing();
      logger.error({ err: thrown }, 'failed');
      assert.equal(lines.length, 1);
      assert.ok(!lines.join('').includes('ann@'));
    }
  });
});
