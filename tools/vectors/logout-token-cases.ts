import { type JsonObject, publicJwk } from './sign-compact.ts';
import type { GoodToken, TokenCase } from './token-case.ts';

export const issuer = 'https://accounts.example.org';
export const clientId = 'notes';
export const now = 1_750_000_000;
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

export const goodLogoutToken: GoodToken = {
  now,
  header: { alg: 'RS256', kid: 'r1', typ: 'logout+jwt' },
  claims: {
    iss: issuer,
    aud: clientId,
    iat: now - 5,
    exp: now + 115,
    jti: 'logout-1',
    txn: 'delivery-1',
    toe: now - 10,
    sub: 'alice',
    sid: 'sid-1',
    events: { [logoutEvent]: {} },
  },
};

/** What a good token asks for; null: not told. */
const goodResult = { sub: 'alice', sid: 'sid-1', ended_at: now - 10, jti: 'logout-1', txn: 'delivery-1' };

const acceptances: readonly (TokenCase & { readonly result?: JsonObject })[] = [
  { why: 'everything in it, RS256' },
  { why: 'ES256', key: 'issuer-es256', header: { alg: 'ES256', kid: 'e1' } },
  { why: 'EdDSA, with a key that says neither alg nor use', key: 'issuer-eddsa', header: { alg: 'EdDSA', kid: 'd1' } },
  { why: 'no kid, and one key fits', header: { kid: undefined } },
  { why: 'no typ, which is recommended and not required', header: { typ: undefined } },
  { why: 'typ JWT, as many issuers write', header: { typ: 'JWT' } },
  { why: 'typ with application/ in front', header: { typ: 'application/logout+jwt' } },
  { why: 'typ in capital letters: media types have no case', header: { typ: 'Logout+JWT' } },
  { why: 'only the session is named', claims: { sub: undefined }, result: { sub: null } },
  { why: 'only the person is named', claims: { sid: undefined }, result: { sid: null } },
  {
    why: 'neither txn nor toe: it happened at iat',
    claims: { txn: undefined, toe: undefined },
    result: { txn: null, ended_at: now - 5 },
  },
  { why: 'aud is a list of this client alone', claims: { aud: [clientId] } },
  { why: 'the event has members', claims: { events: { [logoutEvent]: { reason: 'asked' } } } },
  { why: 'claims that nobody knows', claims: { trace: 'x', amr: ['pwd'] } },
  {
    why: 'header members that nobody knows, and addresses of keys that are not followed',
    header: { trace: 'x', jku: 'https://attacker.example/jwks', x5u: 'https://attacker.example/x5u' },
  },
  { why: 'iat 60 seconds ahead of our clock', claims: { iat: now + 60, exp: now + 180 } },
  { why: 'iat 10 minutes ago', claims: { iat: now - 600, toe: undefined }, result: { ended_at: now - 600 } },
  { why: 'exp 59 seconds ago', claims: { exp: now - 59 } },
  { why: 'nbf 60 seconds ahead of our clock', claims: { nbf: now + 60 } },
  { why: 'toe 60 seconds ahead of our clock', claims: { toe: now + 60 }, result: { ended_at: now + 60 } },
  { why: 'toe a day ago: the delivery took long', claims: { toe: now - 86_400 }, result: { ended_at: now - 86_400 } },
  {
    why: 'times with fractions of a second',
    claims: { iat: now - 5.5, exp: now + 114.5, toe: now - 10.5 },
    result: { ended_at: now - 10.5 },
  },
  {
    why: 'identifiers of 255 characters',
    claims: { sub: 's'.repeat(255), sid: 'i'.repeat(255), jti: 'j'.repeat(255), txn: 't'.repeat(255) },
    result: { sub: 's'.repeat(255), sid: 'i'.repeat(255), jti: 'j'.repeat(255), txn: 't'.repeat(255) },
  },
  {
    why: 'identifiers with blanks and punctuation',
    claims: { sub: 'google-oauth2|1 2', sid: '{"a":1}', jti: '~ !' },
    result: { sub: 'google-oauth2|1 2', sid: '{"a":1}', jti: '~ !' },
  },
];

export const acceptedLogoutTokens = acceptances.map((accepted) => ({
  ...accepted,
  result: { ...goodResult, ...accepted.result },
}));

type Code =
  | 'MALFORMED'
  | 'ALG'
  | 'TYP'
  | 'CRIT'
  | 'KEY'
  | 'SIGNATURE'
  | 'ISS'
  | 'AUD'
  | 'IAT'
  | 'EXP'
  | 'NBF'
  | 'JTI'
  | 'TXN'
  | 'TOE'
  | 'EVENTS'
  | 'NONCE'
  | 'SUBJECT';

const idToken = {
  txn: undefined,
  toe: undefined,
  jti: undefined,
  events: undefined,
  nonce: 'n-1',
  auth_time: now - 60,
};
const securityEvent: TokenCase = {
  why: '',
  header: { typ: 'secevent+jwt' },
  claims: {
    exp: undefined,
    sub: undefined,
    sid: undefined,
    sub_id: { format: 'iss_sub', iss: issuer, sub: 'alice' },
    events: { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} },
  },
};

const refusals: readonly (TokenCase & { readonly code: Code })[] = [
  // What is no signed token.
  { why: 'empty', token: '', code: 'MALFORMED' },
  { why: 'two parts', token: 'e30.e30', code: 'MALFORMED' },
  { why: 'four parts', token: 'e30.e30.e30.e30', code: 'MALFORMED' },
  { why: 'five parts, as an encrypted token has', token: 'e30.e30.e30.e30.e30', code: 'MALFORMED' },
  { why: 'an empty header', token: '.e30.e30', code: 'MALFORMED' },
  { why: 'no base64url', token: 'e30=.e30.e30', code: 'MALFORMED' },
  { why: 'a header that is no JSON', token: 'eA.e30.e30', code: 'MALFORMED' },
  { why: 'a header that is a list', token: 'W10.e30.e30', code: 'MALFORMED' },
  { why: 'JSON in the place of a compact token', token: '{"payload":"e30"}', code: 'MALFORMED' },
  { why: 'claims that are no JSON', payload: 'x', code: 'MALFORMED' },
  { why: 'claims that are a list', payload: '[]', code: 'MALFORMED' },
  { why: 'claims that are null', payload: 'null', code: 'MALFORMED' },
  { why: 'claims that begin with a byte order mark', payload: '\ufeff{}', code: 'MALFORMED' },
  { why: 'a kid that is no text', header: { kid: 1 }, code: 'MALFORMED' },

  // Who signed it, and how.
  { why: 'alg none, no signature', key: 'none', header: { alg: 'none', kid: undefined }, code: 'ALG' },
  { why: 'alg None in another case', key: 'none', header: { alg: 'NonE', kid: undefined }, code: 'ALG' },
  { why: 'alg none with the issuer’s kid', key: 'none', header: { alg: 'none' }, code: 'ALG' },
  { why: 'no alg', header: { alg: undefined }, code: 'ALG' },
  { why: 'an alg that is a list', header: { alg: ['RS256'] }, code: 'ALG' },
  { why: 'alg in lower case', header: { alg: 'rs256' }, code: 'ALG' },
  {
    why: 'HS256 with the public key (PEM) as the secret',
    key: 'hs256-public-pem',
    header: { alg: 'HS256' },
    code: 'ALG',
  },
  {
    why: 'HS256 with the public key (DER) as the secret',
    key: 'hs256-public-der',
    header: { alg: 'HS256' },
    code: 'ALG',
  },
  { why: 'HS256 with an empty secret', key: 'hs256-empty', header: { alg: 'HS256', kid: undefined }, code: 'ALG' },
  { why: 'RS512, which is not on the list', header: { alg: 'RS512' }, code: 'ALG' },
  { why: 'PS256, which is not on the list', header: { alg: 'PS256' }, code: 'ALG' },
  { why: 'a signature that is missing', key: 'none', code: 'SIGNATURE' },
  { why: 'a stranger’s key under the issuer’s kid', key: 'stranger-rs256', code: 'SIGNATURE' },
  { why: 'a stranger’s key under its own kid', key: 'stranger-rs256', header: { kid: 's1' }, code: 'KEY' },
  { why: 'a stranger’s key without a kid', key: 'stranger-rs256', header: { kid: undefined }, code: 'SIGNATURE' },
  { why: 'the key of another issuer, which has the same kid', key: 'other-issuer-rs256', code: 'SIGNATURE' },
  {
    why: 'another issuer’s token as it is',
    key: 'other-issuer-rs256',
    claims: { iss: 'https://other.example' },
    code: 'SIGNATURE',
  },
  { why: 'a kid that the issuer does not publish', header: { kid: 'r9' }, code: 'KEY' },
  { why: 'an empty kid', header: { kid: '' }, code: 'KEY' },
  { why: 'the kid of a key of another type', header: { kid: 'e1' }, code: 'KEY' },
  { why: 'ES256 with the kid of the RSA key', key: 'issuer-es256', header: { alg: 'ES256', kid: 'r1' }, code: 'KEY' },
  { why: 'the issuer’s key for encryption', key: 'issuer-encryption', header: { kid: 'x1' }, code: 'KEY' },
  {
    why: 'a stranger’s key in the header (jwk), under the issuer’s kid',
    key: 'stranger-rs256',
    header: { jwk: publicJwk('stranger-rs256') },
    code: 'SIGNATURE',
  },
  {
    why: 'a stranger’s key in the header (jwk), under its own kid',
    key: 'stranger-rs256',
    header: { kid: 's1', jwk: publicJwk('stranger-rs256') },
    code: 'KEY',
  },
  {
    why: 'the address of a stranger’s keys in the header (jku)',
    key: 'stranger-rs256',
    header: { kid: 's1', jku: 'https://attacker.example/jwks' },
    code: 'KEY',
  },
  {
    why: 'the address of a stranger’s certificate in the header (x5u)',
    key: 'stranger-rs256',
    header: { kid: 's1', x5u: 'https://attacker.example/cert' },
    code: 'KEY',
  },
  { why: 'the session was exchanged after signing', signed: {}, claims: { sid: 'sid-2' }, code: 'SIGNATURE' },
  { why: 'the expiry was put off after signing', signed: { claims: { exp: now - 300 } }, code: 'SIGNATURE' },
  { why: 'the type was changed after signing', signed: { header: { typ: 'at+jwt' } }, code: 'SIGNATURE' },
  { why: 'alg changed to none after signing', signed: {}, header: { alg: 'none' }, code: 'ALG' },
  { why: 'crit with a name that nobody knows', header: { crit: ['x'], x: true }, code: 'CRIT' },
  {
    why: 'crit with b64, which changes how the claims are written',
    header: { crit: ['b64'], b64: true },
    code: 'CRIT',
  },
  { why: 'an empty crit', header: { crit: [] }, code: 'CRIT' },
  { why: 'crit null', header: { crit: null }, code: 'CRIT' },

  // Another kind of token.
  {
    why: 'an access token (RFC 9068)',
    header: { typ: 'at+jwt' },
    claims: { events: undefined, scope: 'openid', client_id: clientId },
    code: 'TYP',
  },
  { why: 'an access token with application/ in front', header: { typ: 'application/at+jwt' }, code: 'TYP' },
  { ...securityEvent, why: 'a security event', code: 'TYP' },
  {
    why: 'a security event that calls itself a logout token',
    claims: { ...securityEvent.claims, exp: now + 115 },
    code: 'EVENTS',
  },
  { why: 'an ID token', header: { typ: 'JWT' }, claims: idToken, code: 'JTI' },
  { why: 'an ID token with a jti', header: { typ: 'JWT' }, claims: { ...idToken, jti: 'id-1' }, code: 'EVENTS' },
  {
    why: 'an ID token without typ, jti and nonce',
    header: { typ: undefined },
    claims: { ...idToken, jti: 'id-1', nonce: undefined },
    code: 'EVENTS',
  },
  { why: 'a proof of possession', header: { typ: 'dpop+jwt' }, code: 'TYP' },
  { why: 'an empty typ', header: { typ: '' }, code: 'TYP' },
  { why: 'a typ that is null', header: { typ: null }, code: 'TYP' },
  { why: 'a typ that only ends in the right one', header: { typ: 'x/logout+jwt' }, code: 'TYP' },

  // From whom, to whom.
  { why: 'no iss', claims: { iss: undefined }, code: 'ISS' },
  { why: 'iss with a slash at the end', claims: { iss: `${issuer}/` }, code: 'ISS' },
  { why: 'iss in capital letters', claims: { iss: 'https://ACCOUNTS.example.org' }, code: 'ISS' },
  { why: 'iss of another scheme', claims: { iss: 'http://accounts.example.org' }, code: 'ISS' },
  { why: 'iss of another issuer, with our issuer’s signature', claims: { iss: 'https://other.example' }, code: 'ISS' },
  { why: 'iss in a list', claims: { iss: [issuer] }, code: 'ISS' },
  { why: 'no aud', claims: { aud: undefined }, code: 'AUD' },
  { why: 'aud of another client', claims: { aud: 'wiki' }, code: 'AUD' },
  { why: 'aud in another case', claims: { aud: 'Notes' }, code: 'AUD' },
  { why: 'aud that only begins like this client', claims: { aud: 'notes-2' }, code: 'AUD' },
  { why: 'an empty list of audiences', claims: { aud: [] }, code: 'AUD' },
  { why: 'a list of another client', claims: { aud: ['wiki'] }, code: 'AUD' },
  { why: 'a further audience', claims: { aud: [clientId, 'wiki'] }, code: 'AUD' },
  {
    why: 'a further audience, with this client as azp',
    claims: { aud: [clientId, 'wiki'], azp: clientId },
    code: 'AUD',
  },
  { why: 'aud in a list of lists', claims: { aud: [[clientId]] }, code: 'AUD' },
  { why: 'aud as an object', claims: { aud: { 0: clientId } }, code: 'AUD' },

  // When.
  { why: 'no iat', claims: { iat: undefined }, code: 'IAT' },
  { why: 'iat as text', claims: { iat: String(now) }, code: 'IAT' },
  { why: 'iat null', claims: { iat: null }, code: 'IAT' },
  { why: 'iat below 0', claims: { iat: -1 }, code: 'IAT' },
  { why: 'iat in milliseconds', claims: { iat: now * 1000 }, code: 'IAT' },
  { why: 'iat 61 seconds ahead of our clock', claims: { iat: now + 61, exp: now + 181 }, code: 'IAT' },
  { why: 'iat more than 10 minutes ago, though it has not expired', claims: { iat: now - 601 }, code: 'IAT' },
  { why: 'the good token an hour later', now: now + 3600, code: 'IAT' },
  { why: 'no exp', claims: { exp: undefined }, code: 'EXP' },
  { why: 'exp as text', claims: { exp: String(now + 115) }, code: 'EXP' },
  { why: 'exp null', claims: { exp: null }, code: 'EXP' },
  { why: 'exp beyond every date', claims: { exp: 1e300 }, code: 'EXP' },
  { why: 'exp 60 seconds ago', claims: { exp: now - 60 }, code: 'EXP' },
  { why: 'the good token 3 minutes later', now: now + 180, code: 'EXP' },
  { why: 'nbf 61 seconds ahead of our clock', claims: { nbf: now + 61 }, code: 'NBF' },
  { why: 'nbf as text', claims: { nbf: String(now) }, code: 'NBF' },
  { why: 'toe 61 seconds ahead of our clock', claims: { toe: now + 61 }, code: 'TOE' },
  { why: 'toe as text', claims: { toe: String(now) }, code: 'TOE' },
  { why: 'toe null', claims: { toe: null }, code: 'TOE' },
  { why: 'toe in milliseconds', claims: { toe: now * 1000 }, code: 'TOE' },

  // Which token, which delivery.
  { why: 'no jti', claims: { jti: undefined }, code: 'JTI' },
  { why: 'an empty jti', claims: { jti: '' }, code: 'JTI' },
  { why: 'a jti that is a number', claims: { jti: 1 }, code: 'JTI' },
  { why: 'a jti of 256 characters', claims: { jti: 'j'.repeat(256) }, code: 'JTI' },
  { why: 'a jti with a line break at the end', claims: { jti: 'logout-1\n' }, code: 'JTI' },
  { why: 'a jti with a letter that is not ASCII', claims: { jti: 'ä' }, code: 'JTI' },
  { why: 'an empty txn', claims: { txn: '' }, code: 'TXN' },
  { why: 'a txn that is a number', claims: { txn: 8_675_309 }, code: 'TXN' },
  { why: 'a txn that is null', claims: { txn: null }, code: 'TXN' },
  { why: 'a txn of 256 characters', claims: { txn: 't'.repeat(256) }, code: 'TXN' },

  // What happened.
  { why: 'no events', claims: { events: undefined }, code: 'EVENTS' },
  { why: 'events as a list', claims: { events: [logoutEvent] }, code: 'EVENTS' },
  { why: 'events as a list of one object', claims: { events: [{ [logoutEvent]: {} }] }, code: 'EVENTS' },
  { why: 'events as text', claims: { events: logoutEvent }, code: 'EVENTS' },
  { why: 'events null', claims: { events: null }, code: 'EVENTS' },
  { why: 'no event', claims: { events: {} }, code: 'EVENTS' },
  { why: 'another event', claims: { events: { 'http://schemas.openid.net/event/other': {} } }, code: 'EVENTS' },
  {
    why: 'the event with https, which is another URI',
    claims: { events: { [logoutEvent.replace('http:', 'https:')]: {} } },
    code: 'EVENTS',
  },
  {
    why: 'two events',
    claims: { events: { [logoutEvent]: {}, 'http://schemas.openid.net/event/other': {} } },
    code: 'EVENTS',
  },
  { why: 'the event is null', claims: { events: { [logoutEvent]: null } }, code: 'EVENTS' },
  { why: 'the event is a list', claims: { events: { [logoutEvent]: [] } }, code: 'EVENTS' },
  { why: 'the event is true', claims: { events: { [logoutEvent]: true } }, code: 'EVENTS' },
  { why: 'a nonce', claims: { nonce: 'n-1' }, code: 'NONCE' },
  { why: 'a nonce that is null', claims: { nonce: null }, code: 'NONCE' },
  { why: 'an empty nonce', claims: { nonce: '' }, code: 'NONCE' },

  // Whom to sign out.
  { why: 'neither sub nor sid', claims: { sub: undefined, sid: undefined }, code: 'SUBJECT' },
  { why: 'an empty sub and no sid', claims: { sub: '', sid: undefined }, code: 'SUBJECT' },
  { why: 'an empty sid, though sub is there', claims: { sid: '' }, code: 'SUBJECT' },
  {
    why: 'a sid that is null, though sub is there: it must not become everybody’s session of sub',
    claims: { sid: null },
    code: 'SUBJECT',
  },
  { why: 'a sid that is a list', claims: { sid: ['sid-1'] }, code: 'SUBJECT' },
  { why: 'a sub that is a number', claims: { sub: 1, sid: undefined }, code: 'SUBJECT' },
  { why: 'a sub that is null, though sid is there', claims: { sub: null }, code: 'SUBJECT' },
  { why: 'a sub of 256 characters', claims: { sub: 's'.repeat(256) }, code: 'SUBJECT' },
  { why: 'a sub with a NUL', claims: { sub: 'alice\u0000' }, code: 'SUBJECT' },
  { why: 'a sid with a line break at the end', claims: { sid: 'sid-1\n' }, code: 'SUBJECT' },
];

export const refusedLogoutTokens = refusals.map((refusal) => ({
  ...refusal,
  code: `ERR_LOGOUT_TOKEN_${refusal.code}`,
}));

/** A local session as a sequence tells it. */
export interface SessionOfSequence {
  readonly name: string;
  readonly sub: string;
  readonly sid: string | null;
  readonly begun_at: number;
}

type LogoutStep =
  | { readonly receive: TokenCase; readonly status: number; readonly left: readonly string[] }
  | { readonly begin: SessionOfSequence; readonly begun: boolean };

const laptop = { name: 'laptop', sub: 'alice', sid: 'sid-1', begun_at: now - 1000 };
const phone = { name: 'phone', sub: 'alice', sid: 'sid-2', begun_at: now - 500 };
const bobs = { name: 'bob', sub: 'bob', sid: 'sid-3', begun_at: now - 500 };
const personOnly = { sid: undefined };

export const logoutSequences: readonly {
  readonly why: string;
  readonly sessions: readonly SessionOfSequence[];
  readonly steps: readonly LogoutStep[];
}[] = [
  {
    why: 'a sid ends its session; the person’s other one stays',
    sessions: [laptop, phone, bobs],
    steps: [{ receive: { why: 'for the laptop' }, status: 200, left: ['phone', 'bob'] }],
  },
  {
    why: 'a person alone ends all of theirs',
    sessions: [laptop, phone, bobs],
    steps: [{ receive: { why: 'for alice', claims: personOnly }, status: 200, left: ['bob'] }],
  },
  {
    why: 'a session of the person that began after toe stays',
    sessions: [laptop, { ...phone, begun_at: now - 9 }],
    steps: [{ receive: { why: 'toe is a second before', claims: personOnly }, status: 200, left: ['phone'] }],
  },
  {
    why: 'a session of the person that began at toe ends: times are whole seconds',
    sessions: [laptop, { ...phone, begun_at: now - 10 }],
    steps: [{ receive: { why: 'the same second', claims: personOnly }, status: 200, left: [] }],
  },
  {
    why: 'a toe that is older than every session ends nothing and is a success',
    sessions: [laptop, phone],
    steps: [
      { receive: { why: 'old', claims: { ...personOnly, toe: now - 2000 } }, status: 200, left: ['laptop', 'phone'] },
    ],
  },
  {
    why: 'an ended sid never comes back, so its session ends whenever it began',
    sessions: [{ ...laptop, begun_at: now - 1 }],
    steps: [{ receive: { why: 'toe is before' }, status: 200, left: [] }],
  },
  {
    why: 'a sign-in that was under way does not bring the ended sid back; another sid may begin',
    sessions: [laptop],
    steps: [
      { receive: { why: 'for the laptop' }, status: 200, left: [] },
      { begin: { ...laptop, name: 'late', begun_at: now - 12 }, begun: false },
      { begin: { ...laptop, name: 'new', sid: 'sid-9', begun_at: now - 1 }, begun: true },
    ],
  },
  {
    why: 'a session that is not here is a success',
    sessions: [bobs],
    steps: [{ receive: { why: 'for the laptop' }, status: 200, left: ['bob'] }],
  },
  {
    why: 'a sid together with another person ends nothing',
    sessions: [laptop, bobs],
    steps: [
      { receive: { why: 'sid of alice, sub of bob', claims: { sub: 'bob' } }, status: 200, left: ['laptop', 'bob'] },
    ],
  },
  {
    why: 'a token is good once',
    sessions: [laptop, phone],
    steps: [
      { receive: { why: 'first' }, status: 200, left: ['phone'] },
      { receive: { why: 'the same again' }, status: 400, left: ['phone'] },
      { receive: { why: 'the same once more, later', now: now + 60 }, status: 400, left: ['phone'] },
    ],
  },
  {
    why: 'a jti is good once, whatever else the token says',
    sessions: [laptop, phone],
    steps: [
      { receive: { why: 'first' }, status: 200, left: ['phone'] },
      {
        receive: { why: 'the same jti for the phone', claims: { sid: 'sid-2', txn: 'delivery-2' } },
        status: 400,
        left: ['phone'],
      },
    ],
  },
  {
    why: 'a delivery that was applied is not applied again, and its next attempt is a success',
    sessions: [laptop],
    steps: [
      { receive: { why: 'first attempt, no toe', claims: { ...personOnly, toe: undefined } }, status: 200, left: [] },
      { begin: { ...phone, begun_at: now + 20 }, begun: true },
      {
        receive: {
          why: 'second attempt: later iat, new jti, the same txn',
          now: now + 30,
          claims: { ...personOnly, toe: undefined, iat: now + 30, exp: now + 150, jti: 'logout-2' },
        },
        status: 200,
        left: ['phone'],
      },
      {
        receive: {
          why: 'the token of the second attempt again',
          now: now + 31,
          claims: { ...personOnly, toe: undefined, iat: now + 30, exp: now + 150, jti: 'logout-2' },
        },
        status: 400,
        left: ['phone'],
      },
    ],
  },
  {
    why: 'without a txn each token is applied',
    sessions: [laptop],
    steps: [
      { receive: { why: 'first', claims: { ...personOnly, txn: undefined, toe: undefined } }, status: 200, left: [] },
      { begin: { ...phone, begun_at: now + 20 }, begun: true },
      {
        receive: {
          why: 'second, later',
          now: now + 30,
          claims: { ...personOnly, txn: undefined, toe: undefined, iat: now + 30, exp: now + 150, jti: 'logout-2' },
        },
        status: 200,
        left: [],
      },
    ],
  },
  {
    why: 'one txn for the two sessions of one cause: both end',
    sessions: [laptop, phone],
    steps: [
      { receive: { why: 'for the laptop' }, status: 200, left: ['phone'] },
      { receive: { why: 'for the phone', claims: { jti: 'logout-2', sid: 'sid-2' } }, status: 200, left: [] },
    ],
  },
  {
    why: 'a refused token ends nothing and uses nothing up',
    sessions: [laptop],
    steps: [
      { receive: { why: 'forged', key: 'stranger-rs256' }, status: 400, left: ['laptop'] },
      { receive: { why: 'for another client', claims: { aud: 'wiki' } }, status: 400, left: ['laptop'] },
      { receive: { why: 'with a nonce', claims: { nonce: 'n-1' } }, status: 400, left: ['laptop'] },
      { receive: { why: 'good, with the same jti and txn' }, status: 200, left: [] },
    ],
  },
];
