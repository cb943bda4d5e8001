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
        $site = $headers['sec-fetch-site'] ?? null;
        $mode = $headers['sec-fetch-mode'] ?? null;
        if (isset($headers['sec-purpose'])) {
            return false;
        }
        // A service worker of ours may ask anew by the address alone; no script of another origin makes such a request.
        $isEmpty = ($headers['sec-fetch-dest'] ?? null) === 'empty';
        $isOurWorker = $site === 'same-origin' && $isEmpty && $mode !== 'no-cors';
        $isNavigation = $mode === null || PageVisit::mayBeRedirected($request->method, $headers);
        if (!$isOurWorker && !$isNavigation) {
            return false;
        }
        $isFromOutside = $site === 'cross-site' || $site === 'same-site';
        return !$isFromOutside || !$this->departure->memory($request->cookies)->onlyByClick;
    }
}
