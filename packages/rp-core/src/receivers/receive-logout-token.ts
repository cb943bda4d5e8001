import { IssuerKeysError } from './issuer-keys-error.ts';
import { LogoutTokenError } from './logout-token-error.ts';
import { answer, readDelivery } from './read-delivery.ts';
import { appliedSeconds, type ReceiverParts } from './receiver-parts.ts';
import { usedKey } from './used-key.ts';
import { logoutTokenSeconds, type LogoutRequest, verifyLogoutToken } from './verify-logout-token.ts';

/**
 * Receives a logout token: verifies it, ends the sessions, and answers when that is done.
 *
 * 200: ended, or there was nothing to end, or this delivery (`txn`) was applied before. 400: the token is refused, with
 * the reason; a `jti` that was used before is one. 405, 413, 415: no such delivery. 500 and 503: not done; the issuer may
 * send it again, with the same token or a new one.
 * @see OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8
 */
export const receiveLogoutToken = async (request: Request, parts: ReceiverParts): Promise<Response> => {
  const body = await readDelivery(request, 'application/x-www-form-urlencoded');
  if (body instanceof Response) return body;
  try {
    const [token, ...more] = new URLSearchParams(body).getAll('logout_token');
    if (token === undefined || more.length > 0) {
      throw new LogoutTokenError('ERR_LOGOUT_TOKEN_MALFORMED', 'the body must hold logout_token once');
    }
    await apply(await verifyLogoutToken(token, parts.expectations, parts.now()), parts);
    return answer(200);
  } catch (error) {
    if (error instanceof LogoutTokenError) {
      return answer(400, {}, { error: 'invalid_request', error_description: error.message });
    }
    parts.onFault(error);
    return error instanceof IssuerKeysError ? answer(503, { 'retry-after': '10' }) : answer(500);
  }
};

/**
 * Ends what is asked, once. What was used is noted after the change and not before: a fault in between leaves a token that
 * the issuer can send again, and ending the same sessions twice does no harm. Of any number of receipts of one token at
 * the same moment one is answered with success.
 * @throws {LogoutTokenError} `ERR_LOGOUT_TOKEN_REPLAYED`
 */
const apply = async (
  { ended, endedAt, jti, txn, issuedAt }: LogoutRequest,
  { sessions, used, now }: ReceiverParts,
): Promise<void> => {
  const tokenKey = usedKey('logout-jti', [ended.issuer, jti]);
  // An issuer may give one `txn` to all deliveries of one cause, so it names ours only together with whom it is about.
  const deliveryKey = txn === undefined ? undefined : usedKey('logout-txn', [ended.issuer, ended.sid, ended.sub, txn]);
  const replayed = (): LogoutTokenError =>
    new LogoutTokenError('ERR_LOGOUT_TOKEN_REPLAYED', 'a token with this jti was received before');

  if (await used.isClaimed(tokenKey)) throw replayed();
  if (deliveryKey === undefined || !(await used.isClaimed(deliveryKey))) {
    await sessions.end(ended, endedAt);
    if (deliveryKey !== undefined) await used.claim(deliveryKey, new Date(now().getTime() + appliedSeconds * 1000));
  }
  // Two minutes more than a token is good for, for clocks that differ.
  if (!(await used.claim(tokenKey, new Date(issuedAt.getTime() + (logoutTokenSeconds + 120) * 1000)))) throw replayed();
};
