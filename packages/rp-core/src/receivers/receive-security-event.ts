import type { AccountEvents } from './account-events.ts';
import { IssuerKeysError } from './issuer-keys-error.ts';
import { answer, readDelivery } from './read-delivery.ts';
import { appliedSeconds, type ReceiverParts } from './receiver-parts.ts';
import { SecurityEventError, type SecurityEventErrorCode } from './security-event-error.ts';
import { usedKey } from './used-key.ts';
import {
  type AccountEvent,
  type SecurityEvent,
  securityEventSeconds,
  verifySecurityEvent,
} from './verify-security-event.ts';

export interface SecurityEventParts extends ReceiverParts {
  readonly accounts: AccountEvents;
}

/** What the sender is told (RFC 8935, section 2.4). */
const errOf: Record<SecurityEventErrorCode, 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience'> =
  {
    ERR_SECURITY_EVENT_MALFORMED: 'invalid_request',
    ERR_SECURITY_EVENT_ALG: 'invalid_key',
    ERR_SECURITY_EVENT_TYP: 'invalid_request',
    ERR_SECURITY_EVENT_CRIT: 'invalid_request',
    ERR_SECURITY_EVENT_KEY: 'invalid_key',
    ERR_SECURITY_EVENT_SIGNATURE: 'invalid_key',
    ERR_SECURITY_EVENT_ISS: 'invalid_issuer',
    ERR_SECURITY_EVENT_AUD: 'invalid_audience',
    ERR_SECURITY_EVENT_IAT: 'invalid_request',
    ERR_SECURITY_EVENT_EXP: 'invalid_request',
    ERR_SECURITY_EVENT_NBF: 'invalid_request',
    ERR_SECURITY_EVENT_JTI: 'invalid_request',
    ERR_SECURITY_EVENT_TXN: 'invalid_request',
    ERR_SECURITY_EVENT_TOE: 'invalid_request',
    ERR_SECURITY_EVENT_EVENTS: 'invalid_request',
    ERR_SECURITY_EVENT_SUBJECT: 'invalid_request',
    ERR_SECURITY_EVENT_CLAIMS: 'invalid_request',
  };

/**
 * Receives a Security Event Token that the issuer pushes: verifies it, applies it, and answers when that is done.
 *
 * 202: applied, or received before (a recipient answers as if it had not been), or an event that we do nothing about.
 * 400: the token is refused, with the reason. 405, 413, 415: no such delivery. 500 and 503: not done; the issuer may send
 * it again.
 * @see RFC 8935, section 2
 */
export const receiveSecurityEvent = async (request: Request, parts: SecurityEventParts): Promise<Response> => {
  const body = await readDelivery(request, 'application/secevent+jwt');
  if (body instanceof Response) return body;
  try {
    await apply(await verifySecurityEvent(body ?? '', parts.expectations, parts.now()), parts);
    return answer(202);
  } catch (error) {
    if (error instanceof SecurityEventError) {
      return answer(400, { 'content-language': 'en' }, { err: errOf[error.code], description: error.message });
    }
    parts.onFault(error);
    return error instanceof IssuerKeysError ? answer(503, { 'retry-after': '10' }) : answer(500);
  }
};

/** What was used is noted after the change and not before: a fault in between leaves an event that can be sent again. */
const apply = async (received: SecurityEvent, parts: SecurityEventParts): Promise<void> => {
  const { event, type, jti, txn, issuedAt } = received;
  if (event.kind === 'unknown') return;
  const { used, now } = parts;
  const { issuer } = parts.expectations;
  const version = event.kind === 'claims-changed' ? event.profileVersion : undefined;
  const keys = [
    { key: usedKey('event-jti', [issuer, jti]), keepUntilMs: issuedAt.getTime() + (securityEventSeconds + 120) * 1000 },
    // One `txn` may stand for all that one cause brought about, and a newer state may take the place of an older one in the
    // same delivery: so it names ours only together with what it is about.
    ...(txn === undefined
      ? []
      : [
          {
            key: usedKey('event-txn', [issuer, event.sub, type, version, txn]),
            keepUntilMs: now().getTime() + appliedSeconds * 1000,
          },
        ]),
  ];
  for (const { key } of keys) if (await used.isClaimed(key)) return;
  await tell(event, received.occurredAt, parts);
  for (const { key, keepUntilMs } of keys) await used.claim(key, new Date(keepUntilMs));
};

const tell = async (
  event: Exclude<AccountEvent, { readonly kind: 'unknown' }>,
  occurredAt: Date,
  { accounts, sessions, expectations: { issuer } }: SecurityEventParts,
): Promise<void> => {
  const { sub } = event;
  switch (event.kind) {
    case 'claims-changed':
      return accounts.claimsChanged(issuer, sub, event.claims);
    case 'credential-changed':
      return sessions.distrust(issuer, sub);
    case 'account-enabled':
      return accounts.enabled(issuer, sub, occurredAt);
    case 'account-disabled':
      await sessions.end({ issuer, sid: undefined, sub }, occurredAt);
      return accounts.disabled(issuer, sub, occurredAt);
    case 'account-purged':
      await sessions.end({ issuer, sid: undefined, sub }, occurredAt);
      return accounts.purged(issuer, sub, occurredAt);
  }
};
