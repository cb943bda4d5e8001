<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Issuer\IssuerException;
use Latchkey\RelyingParty\Issuer\ReachabilityAsker;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\SignedInState\PageVisit;

/** A person asked to sign in: the page's link leads to an address that no cache keeps, and that one here. */
final class Start
{
    public function __construct(
        private IssuerConnection $issuer,
        private Departure $departure,
        private RelyingPartyLog $log,
    ) {
    }

    /** @param string $returnPath as `ReturnPath::read` gives it, or `/` */
    public function begin(ReceivedRequest $request, string $returnPath): Sending|NotBegun
    {
        if (!$this->isByPerson($request)) {
            return NotBegun::AskForClick;
        }
        if (!$this->issuer->reachability->isReachable(ReachabilityAsker::Click)) {
            return NotBegun::IssuerAway;
        }
        try {
            return $this->departure->begin($request->cookies, AttemptKind::Interactive, $returnPath);
        } catch (IssuerException $failure) {
            $this->log->note('sign-in.not-begun', ['code' => $failure->errorCode]);
            return NotBegun::IssuerAway;
        }
    }

    /**
     * Whether a person opened this address, and not a frame, a prefetch or another site's page. After a sign-out here
     * only a click on a page of ours counts: any other page could send the browser along.
     */
    private function isByPerson(ReceivedRequest $request): bool
    {
        $headers = $request->headers;
        $isVisit = !isset($headers['sec-fetch-mode']) || PageVisit::mayBeRedirected($request->method, $headers);
        if (isset($headers['sec-purpose']) || !$isVisit) {
            return false;
        }
        $isFromOutside = in_array($headers['sec-fetch-site'] ?? null, ['cross-site', 'same-site'], true);
        return !$isFromOutside || !$this->departure->memory($request->cookies)->isSignedOut();
    }
}
