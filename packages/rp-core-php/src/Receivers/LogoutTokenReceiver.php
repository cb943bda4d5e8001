<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Http\Answer;
use Latchkey\RelyingParty\Http\FormFields;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\OneTimeStore;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Session\LocalSessionStore;
use Latchkey\RelyingParty\Tokens\IssuerKeysException;

final class LogoutTokenReceiver
{
    public function __construct(
        private LogoutTokenVerifier $verifier,
        private LocalSessionStore $sessions,
        private OneTimeStore $used,
        private Clock $clock,
        private RelyingPartyLog $log,
    ) {
    }

    /**
     * Receives a logout token: verifies it, ends the sessions, and answers when that is done.
     *
     * 200: ended, or there was nothing to end, or this delivery (`txn`) was applied before. 400: the token is
     * refused, with the reason; a `jti` that was used before is one. 405, 413, 415: no such delivery. 500 and 503:
     * not done; the issuer may send it again, with the same token or a new one.
     *
     * @see OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8
     */
    public function receive(ReceivedRequest $request): Answer
    {
        $body = Deliveries::read($request, 'application/x-www-form-urlencoded');
        if ($body instanceof Answer) {
            return $body;
        }
        try {
            $token = (new FormFields($body ?? ''))->only('logout_token');
            if ($token === null) {
                throw new LogoutTokenException('MALFORMED', 'the body must hold logout_token once');
            }
            $this->apply($this->verifier->verify($token, $this->clock->now()));
            return Deliveries::answer(200);
        } catch (LogoutTokenException $refusal) {
            $error = ['error' => 'invalid_request', 'error_description' => $refusal->getMessage()];
            return Deliveries::answer(400, [], $error);
        } catch (IssuerKeysException $fault) {
            $this->log->note('receiver.fault', ['error' => $fault->getMessage()]);
            return Deliveries::answer(503, ['retry-after' => '10']);
        } catch (\Throwable $fault) {
            $this->log->note('receiver.fault', ['error' => $fault->getMessage()]);
            return Deliveries::answer(500);
        }
    }

    /**
     * Ends what is asked, once. What was used is noted after the change and not before: a fault in between leaves a
     * token that the issuer can send again, and ending the same sessions twice does no harm. Of any number of
     * receipts of one token at the same moment one is answered with success.
     *
     * @throws LogoutTokenException `ERR_LOGOUT_TOKEN_REPLAYED`
     */
    private function apply(LogoutRequest $request): void
    {
        $ended = $request->ended;
        $tokenKey = Deliveries::usedKey('logout-jti', [$ended->issuer, $request->jti]);
        // An issuer may give one `txn` to all deliveries of one cause, so it names ours only together with whom it is
        // about.
        $deliveryKey = $request->txn === null
            ? null
            : Deliveries::usedKey('logout-txn', [$ended->issuer, $ended->sid, $ended->sub, $request->txn]);
        $replayed = new LogoutTokenException('REPLAYED', 'a token with this jti was received before');

        if ($this->used->isClaimed($tokenKey)) {
            throw $replayed;
        }
        if ($deliveryKey === null || !$this->used->isClaimed($deliveryKey)) {
            $this->sessions->end($ended, $request->endedAt);
            if ($deliveryKey !== null) {
                $this->used->claim($deliveryKey, $this->clock->now() + Deliveries::APPLIED_SECONDS);
            }
        }
        // Two minutes more than a token is good for, for clocks that differ.
        if (!$this->used->claim($tokenKey, $request->issuedAt + LogoutTokenVerifier::SECONDS + 120)) {
            throw $replayed;
        }
    }
}
