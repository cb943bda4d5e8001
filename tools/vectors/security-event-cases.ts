import { clientId, goodLogoutToken, issuer, now, type SessionOfSequence } from './logout-token-cases.ts';
import { type JsonObject, publicJwk } from './sign-compact.ts';
import type { GoodToken, TokenCase } from './token-case.ts';

const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
const claimsChange = `${caep}token-claims-change`;
const credentialChange = `${caep}credential-change`;
const disabled = `${risc}account-disabled`;
const enabled = `${risc}account-enabled`;
const purged = `${risc}account-purged`;

const alice = { format: 'iss_sub', iss: issuer, sub: 'alice' };
const newClaims = { name: 'Alice Liddell', groups: ['editors'], profile_version: 7 };

export const goodSecurityEvent: GoodToken = {
  now,
  header: { alg: 'RS256', kid: 'r1', typ: 'secevent+jwt' },
  claims: {
    iss: issuer,
    aud: clientId,
    iat: now - 5,
    jti: 'event-1',
    txn: 'delivery-1',
    toe: now - 10,
    sub_id: alice,
    events: { [claimsChange]: { claims: newClaims } },
  },
};

/** What a good token tells; null: not told. */
const goodResult = {
  kind: 'claims-changed',
  sub: 'alice',
  claims: newClaims,
  profile_version: 7,
  type: claimsChange,
  occurred_at: now - 10,
  jti: 'event-1',
  txn: 'delivery-1',
};
const told = (kind: string, type: string, sub: string | null = 'alice'): JsonObject => ({
  kind,
  type,
  sub,
  claims: null,
  profile_version: null,
});
const withEvent = (type: string, payload: JsonObject = {}): JsonObject => ({ events: { [type]: payload } });
const withClaims = (claims: unknown): JsonObject => withEvent(claimsChange, { claims });

const acceptances: readonly (TokenCase & { readonly result?: JsonObject })[] = [
  { why: 'changed claims, RS256' },
  { why: 'ES256', key: 'issuer-es256', header: { alg: 'ES256', kid: 'e1' } },
  { why: 'EdDSA, with a key that says neither alg nor use', key: 'issuer-eddsa', header: { alg: 'EdDSA', kid: 'd1' } },
  { why: 'typ with application/ in front', header: { typ: 'application/secevent+jwt' } },
  {
    why: 'changed claims of an issuer that does not count versions',
    claims: withClaims({ name: 'Alice' }),
    result: { claims: { name: 'Alice' }, profile_version: null },
  },
  {
    why: 'changed claims that name the same person',
    claims: withClaims({ sub: 'alice', name: 'Alice' }),
    result: { claims: { sub: 'alice', name: 'Alice' }, profile_version: null },
  },
  {
    why: 'a claim that is taken away is null',
    claims: withClaims({ picture: null, profile_version: 0 }),
    result: { claims: { picture: null, profile_version: 0 }, profile_version: 0 },
  },
  {
    why: 'a changed credential',
    claims: withEvent(credentialChange, { credential_type: 'password', change_type: 'update' }),
    result: told('credential-changed', credentialChange),
  },
  {
    why: 'a changed credential of which nothing is told: that it changed is enough',
    claims: withEvent(credentialChange),
    result: told('credential-changed', credentialChange),
  },
  { why: 'a disabled account', claims: withEvent(disabled), result: told('account-disabled', disabled) },
  {
    why: 'a disabled account with a reason',
    claims: withEvent(disabled, { reason: 'hijacking' }),
    result: told('account-disabled', disabled),
  },
  { why: 'an enabled account', claims: withEvent(enabled), result: told('account-enabled', enabled) },
  { why: 'a purged account', claims: withEvent(purged), result: told('account-purged', purged) },
  {
    why: 'an event that we do nothing about',
    claims: withEvent(`${caep}device-compliance-change`, { current_status: 'compliant' }),
    result: told('unknown', `${caep}device-compliance-change`, null),
  },
  {
    why: 'an event with which issuers test the way, about a stream and no person',
    claims: {
      ...withEvent('https://schemas.openid.net/secevent/ssf/event-type/verification'),
      sub_id: { format: 'opaque', id: 'stream-1' },
      txn: undefined,
      toe: undefined,
    },
    result: {
      ...told('unknown', 'https://schemas.openid.net/secevent/ssf/event-type/verification', null),
      txn: null,
      occurred_at: now - 5,
    },
  },
  {
    why: 'a URI that only differs in case is another event',
    claims: withEvent(disabled.toUpperCase()),
    result: told('unknown', disabled.toUpperCase(), null),
  },
  {
    why: 'neither txn nor toe: it happened at iat',
    claims: { txn: undefined, toe: undefined },
    result: { txn: null, occurred_at: now - 5 },
  },
  { why: 'aud is a list of this client alone', claims: { aud: [clientId] } },
  { why: 'iat 60 seconds ahead of our clock', claims: { iat: now + 60 } },
  { why: 'iat a day ago', claims: { iat: now - 86_400, toe: now - 90_000 }, result: { occurred_at: now - 90_000 } },
  { why: 'toe 60 seconds ahead of our clock', claims: { toe: now + 60 }, result: { occurred_at: now + 60 } },
];

export const acceptedSecurityEvents = acceptances.map((accepted) => ({
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
  | 'SUBJECT'
  | 'CLAIMS';

const refusals: readonly (TokenCase & { readonly code: Code })[] = [
  // What is no signed token.
  { why: 'empty', token: '', code: 'MALFORMED' },
  { why: 'two parts', token: 'e30.e30', code: 'MALFORMED' },
  { why: 'five parts, as an encrypted token has', token: 'e30.e30.e30.e30.e30', code: 'MALFORMED' },
  { why: 'claims that are a list', payload: '[]', code: 'MALFORMED' },

  // Who signed it, and how.
  { why: 'alg none, no signature', key: 'none', header: { alg: 'none', kid: undefined }, code: 'ALG' },
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
  { why: 'RS512, which is not on the list', header: { alg: 'RS512' }, code: 'ALG' },
  { why: 'a signature that is missing', key: 'none', code: 'SIGNATURE' },
  { why: 'a stranger’s key under the issuer’s kid', key: 'stranger-rs256', code: 'SIGNATURE' },
  { why: 'a stranger’s key under its own kid', key: 'stranger-rs256', header: { kid: 's1' }, code: 'KEY' },
  { why: 'the key of another issuer, which has the same kid', key: 'other-issuer-rs256', code: 'SIGNATURE' },
  { why: 'a kid that the issuer does not publish', header: { kid: 'r9' }, code: 'KEY' },
  { why: 'the issuer’s key for encryption', key: 'issuer-encryption', header: { kid: 'x1' }, code: 'KEY' },
  {
    why: 'a stranger’s key in the header (jwk)',
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
    why: 'the person was exchanged after signing',
    signed: {},
    claims: { sub_id: { ...alice, sub: 'bob' } },
    code: 'SIGNATURE',
  },
  {
    why: 'a group was added after signing',
    signed: {},
    claims: withClaims({ ...newClaims, groups: ['editors', 'admins'] }),
    code: 'SIGNATURE',
  },
  { why: 'crit with a name that nobody knows', header: { crit: ['x'], x: true }, code: 'CRIT' },

  // Another kind of token.
  {
    why: 'a logout token',
    header: goodLogoutToken.header,
    claims: { ...goodLogoutToken.claims, sub_id: undefined },
    code: 'TYP',
  },
  {
    why: 'a logout token that calls itself a security event',
    claims: { ...goodLogoutToken.claims, sub_id: undefined },
    code: 'EXP',
  },
  { why: 'no typ', header: { typ: undefined }, code: 'TYP' },
  { why: 'typ JWT', header: { typ: 'JWT' }, code: 'TYP' },
  {
    why: 'an ID token',
    header: { typ: 'JWT' },
    claims: { events: undefined, sub_id: undefined, sub: 'alice', nonce: 'n-1', exp: now + 3600 },
    code: 'TYP',
  },
  {
    why: 'an access token (RFC 9068)',
    header: { typ: 'at+jwt' },
    claims: { events: undefined, sub_id: undefined, sub: 'alice', exp: now + 300 },
    code: 'TYP',
  },

  // From whom, to whom.
  { why: 'no iss', claims: { iss: undefined }, code: 'ISS' },
  { why: 'iss with a slash at the end', claims: { iss: `${issuer}/` }, code: 'ISS' },
  { why: 'iss of another issuer, with our issuer’s signature', claims: { iss: 'https://other.example' }, code: 'ISS' },
  { why: 'no aud', claims: { aud: undefined }, code: 'AUD' },
  { why: 'aud of another client', claims: { aud: 'wiki' }, code: 'AUD' },
  {
    why: 'aud is the address of the receiver',
    claims: { aud: 'https://notes.example.org/latchkey/events' },
    code: 'AUD',
  },
  { why: 'a further audience', claims: { aud: [clientId, 'wiki'] }, code: 'AUD' },

  // When.
  { why: 'no iat', claims: { iat: undefined }, code: 'IAT' },
  { why: 'iat as text', claims: { iat: String(now) }, code: 'IAT' },
  { why: 'iat 61 seconds ahead of our clock', claims: { iat: now + 61 }, code: 'IAT' },
  { why: 'iat more than a day ago', claims: { iat: now - 86_401 }, code: 'IAT' },
  { why: 'an exp, though it is not past', claims: { exp: now + 3600 }, code: 'EXP' },
  { why: 'an exp that is null', claims: { exp: null }, code: 'EXP' },
  { why: 'nbf 61 seconds ahead of our clock', claims: { nbf: now + 61 }, code: 'NBF' },
  { why: 'toe 61 seconds ahead of our clock', claims: { toe: now + 61 }, code: 'TOE' },
  { why: 'toe as text', claims: { toe: String(now) }, code: 'TOE' },

  // Which token, which delivery.
  { why: 'no jti', claims: { jti: undefined }, code: 'JTI' },
  { why: 'an empty jti', claims: { jti: '' }, code: 'JTI' },
  { why: 'a jti of 256 characters', claims: { jti: 'j'.repeat(256) }, code: 'JTI' },
  { why: 'a txn that is a number', claims: { txn: 8_675_309 }, code: 'TXN' },
  { why: 'a txn of 256 characters', claims: { txn: 't'.repeat(256) }, code: 'TXN' },

  // What happened.
  { why: 'no events', claims: { events: undefined }, code: 'EVENTS' },
  { why: 'events as a list', claims: { events: [claimsChange] }, code: 'EVENTS' },
  { why: 'no event', claims: { events: {} }, code: 'EVENTS' },
  { why: 'two events', claims: { events: { [disabled]: {}, [enabled]: {} } }, code: 'EVENTS' },
  {
    why: 'two events, one of them unknown',
    claims: { events: { [disabled]: {}, 'https://example.org/event': {} } },
    code: 'EVENTS',
  },
  { why: 'the event is null', claims: { events: { [disabled]: null } }, code: 'EVENTS' },
  { why: 'the event is a list', claims: { events: { [disabled]: [] } }, code: 'EVENTS' },
  { why: 'an unknown event that is no object', claims: { events: { 'https://example.org/event': 1 } }, code: 'EVENTS' },

  // To whom it happened.
  { why: 'a sub, though it is the same person', claims: { sub: 'alice' }, code: 'SUBJECT' },
  {
    why: 'a sub with an unknown event',
    claims: { ...withEvent('https://example.org/event'), sub: 'alice' },
    code: 'SUBJECT',
  },
  { why: 'no sub_id', claims: { sub_id: undefined }, code: 'SUBJECT' },
  { why: 'sub_id as text', claims: { sub_id: 'alice' }, code: 'SUBJECT' },
  { why: 'sub_id as a list', claims: { sub_id: [alice] }, code: 'SUBJECT' },
  { why: 'sub_id without format', claims: { sub_id: { iss: issuer, sub: 'alice' } }, code: 'SUBJECT' },
  {
    why: 'sub_id by e-mail address',
    claims: { sub_id: { format: 'email', email: 'alice@example.org' } },
    code: 'SUBJECT',
  },
  {
    why: 'sub_id by e-mail address that names iss and sub as well',
    claims: { sub_id: { ...alice, format: 'email' } },
    code: 'SUBJECT',
  },
  {
    why: 'sub_id with the draft’s name of the format',
    claims: { sub_id: { ...alice, format: 'iss-sub' } },
    code: 'SUBJECT',
  },
  { why: 'sub_id of another issuer', claims: { sub_id: { ...alice, iss: 'https://other.example' } }, code: 'SUBJECT' },
  { why: 'sub_id without iss', claims: { sub_id: { format: 'iss_sub', sub: 'alice' } }, code: 'SUBJECT' },
  { why: 'sub_id without sub', claims: { sub_id: { format: 'iss_sub', iss: issuer } }, code: 'SUBJECT' },
  { why: 'sub_id with an empty sub', claims: { sub_id: { ...alice, sub: '' } }, code: 'SUBJECT' },
  {
    why: 'sub_id with a sub of 256 characters',
    claims: { sub_id: { ...alice, sub: 's'.repeat(256) } },
    code: 'SUBJECT',
  },
  {
    why: 'the person inside the event, as drafts had it',
    claims: { sub_id: undefined, ...withEvent(disabled, { subject: alice }) },
    code: 'SUBJECT',
  },

  // What changed.
  { why: 'changed claims without claims', claims: withEvent(claimsChange), code: 'CLAIMS' },
  { why: 'changed claims as a list', claims: withClaims([newClaims]), code: 'CLAIMS' },
  { why: 'changed claims null', claims: withClaims(null), code: 'CLAIMS' },
  { why: 'not one changed claim', claims: withClaims({}), code: 'CLAIMS' },
  { why: 'changed claims that name another person', claims: withClaims({ ...newClaims, sub: 'bob' }), code: 'CLAIMS' },
  { why: 'changed claims whose sub is null', claims: withClaims({ ...newClaims, sub: null }), code: 'CLAIMS' },
  { why: 'a profile_version as text', claims: withClaims({ ...newClaims, profile_version: '7' }), code: 'CLAIMS' },
  {
    why: 'a profile_version that is null',
    claims: withClaims({ ...newClaims, profile_version: null }),
    code: 'CLAIMS',
  },
  { why: 'a profile_version below 0', claims: withClaims({ ...newClaims, profile_version: -1 }), code: 'CLAIMS' },
  {
    why: 'a profile_version with a fraction',
    claims: withClaims({ ...newClaims, profile_version: 7.5 }),
    code: 'CLAIMS',
  },
  {
    why: 'a profile_version that no number holds exactly',
    claims: withClaims({ ...newClaims, profile_version: 2 ** 53 }),
    code: 'CLAIMS',
  },
];

export const refusedSecurityEvents = refusals.map((refusal) => ({
  ...refusal,
  code: `ERR_SECURITY_EVENT_${refusal.code}`,
}));

/** What the application was told, in the words of its port. */
type Call =
  | { readonly call: 'claims_changed'; readonly sub: string; readonly claims: JsonObject }
  | { readonly call: 'disabled' | 'enabled' | 'purged'; readonly sub: string; readonly occurred_at: number };

interface EventStep {
  readonly receive: TokenCase;
  readonly status: number;
  /** With 400 only. */
  readonly err?: string;
  readonly calls: readonly Call[];
  readonly left: readonly string[];
  readonly distrusted: readonly string[];
}

const laptop = { name: 'laptop', sub: 'alice', sid: 'sid-1', begun_at: now - 1000 };
const phone = { name: 'phone', sub: 'alice', sid: 'sid-2', begun_at: now - 5 };
const bobs = { name: 'bob', sub: 'bob', sid: 'sid-3', begun_at: now - 500 };
const everybody = [laptop, phone, bobs];
const all = ['laptop', 'phone', 'bob'];
const changed = (claims: JsonObject): Call => ({ call: 'claims_changed', sub: 'alice', claims });
const step = (receive: TokenCase, more: Partial<EventStep> = {}): EventStep => ({
  receive,
  status: 202,
  calls: [],
  left: all,
  distrusted: [],
  ...more,
});

export const securityEventSequences: readonly {
  readonly why: string;
  readonly sessions: readonly SessionOfSequence[];
  readonly steps: readonly EventStep[];
}[] = [
  {
    why: 'changed claims are told and end nothing',
    sessions: everybody,
    steps: [step({ why: 'a new name' }, { calls: [changed(newClaims)] })],
  },
  {
    why: 'a token that comes twice is applied once, and answered as if it came once (RFC 8935, section 2)',
    sessions: everybody,
    steps: [step({ why: 'first' }, { calls: [changed(newClaims)] }), step({ why: 'the same again' })],
  },
  {
    why: 'a delivery that was applied is not applied again',
    sessions: everybody,
    steps: [
      step({ why: 'first attempt' }, { calls: [changed(newClaims)] }),
      step({ why: 'second attempt: new jti, the same txn', now: now + 30, claims: { iat: now + 30, jti: 'event-2' } }),
    ],
  },
  {
    why: 'a newer state in the same delivery is applied',
    sessions: everybody,
    steps: [
      step({ why: 'version 7' }, { calls: [changed(newClaims)] }),
      step(
        { why: 'version 8', claims: { jti: 'event-2', ...withClaims({ ...newClaims, profile_version: 8 }) } },
        { calls: [changed({ ...newClaims, profile_version: 8 })] },
      ),
    ],
  },
  {
    why: 'one txn for two events of one cause, and for two persons: all are applied',
    sessions: everybody,
    steps: [
      step({ why: 'claims' }, { calls: [changed(newClaims)] }),
      step(
        { why: 'a credential', claims: { jti: 'event-2', ...withEvent(credentialChange) } },
        { distrusted: ['laptop', 'phone'] },
      ),
      step(
        { why: 'enabled', claims: { jti: 'event-4', ...withEvent(enabled) } },
        { calls: [{ call: 'enabled', sub: 'alice', occurred_at: now - 10 }], distrusted: ['laptop', 'phone'] },
      ),
      step(
        {
          why: 'a credential of bob',
          claims: { jti: 'event-3', ...withEvent(credentialChange), sub_id: { ...alice, sub: 'bob' } },
        },
        { distrusted: all },
      ),
    ],
  },
  {
    why: 'a changed credential makes the person’s sessions ask the issuer, and ends none',
    sessions: everybody,
    steps: [step({ why: 'a password', claims: withEvent(credentialChange) }, { distrusted: ['laptop', 'phone'] })],
  },
  {
    why: 'a disabled account loses the sessions begun until then; one that began later stays',
    sessions: everybody,
    steps: [
      step(
        { why: 'disabled 10 seconds ago', claims: withEvent(disabled) },
        { calls: [{ call: 'disabled', sub: 'alice', occurred_at: now - 10 }], left: ['phone', 'bob'] },
      ),
    ],
  },
  {
    why: 'a purged account loses its sessions',
    sessions: everybody,
    steps: [
      step(
        { why: 'purged just now', claims: { ...withEvent(purged), toe: now } },
        { calls: [{ call: 'purged', sub: 'alice', occurred_at: now }], left: ['bob'] },
      ),
    ],
  },
  {
    why: 'an enabled account is told and ends nothing',
    sessions: everybody,
    steps: [
      step(
        { why: 'enabled', claims: withEvent(enabled) },
        { calls: [{ call: 'enabled', sub: 'alice', occurred_at: now - 10 }] },
      ),
    ],
  },
  {
    why: 'an event that we do nothing about is a success and does nothing',
    sessions: everybody,
    steps: [
      step({ why: 'unknown', claims: withEvent(`${caep}session-revoked`) }),
      step({ why: 'a logout event', claims: withEvent('http://schemas.openid.net/event/backchannel-logout') }),
    ],
  },
  {
    why: 'a refused token does nothing and uses nothing up',
    sessions: everybody,
    steps: [
      step({ why: 'of a key that is not published', header: { kid: 'r9' } }, { status: 400, err: 'invalid_key' }),
      step({ why: 'forged', key: 'stranger-rs256' }, { status: 400, err: 'invalid_key' }),
      step(
        { why: 'of another issuer', claims: { iss: 'https://other.example' } },
        { status: 400, err: 'invalid_issuer' },
      ),
      step({ why: 'for another client', claims: { aud: 'wiki' } }, { status: 400, err: 'invalid_audience' }),
      step({ why: 'about nobody', claims: { sub_id: undefined } }, { status: 400, err: 'invalid_request' }),
      step({ why: 'good, with the same jti and txn' }, { calls: [changed(newClaims)] }),
    ],
  },
];
