<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Linking\Linker;
use Latchkey\RelyingParty\Linking\ProveAdoption;
use Latchkey\RelyingParty\Receivers\LinkedAccountEvents;
use Latchkey\RelyingParty\Receivers\LogoutTokenReceiver;
use Latchkey\RelyingParty\Receivers\LogoutTokenVerifier;
use Latchkey\RelyingParty\Receivers\SecurityEventReceiver;
use Latchkey\RelyingParty\Receivers\SecurityEventVerifier;
use Latchkey\RelyingParty\Secrets\FormTokens;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Session\BrowserSessions;
use Latchkey\RelyingParty\Session\Heartbeat;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\Session\LocalSessionStore;
use Latchkey\RelyingParty\SignedInState\PageVisit;
use Latchkey\RelyingParty\SignedInState\SendOff;
use Latchkey\RelyingParty\SignedInState\Visit;
use Latchkey\RelyingParty\SignedInState\Visits;
use Latchkey\RelyingParty\SignIn\AttemptCookies;
use Latchkey\RelyingParty\SignIn\AttemptKind;
use Latchkey\RelyingParty\SignIn\Callback;
use Latchkey\RelyingParty\SignIn\CompleteProof;
use Latchkey\RelyingParty\SignIn\Departure;
use Latchkey\RelyingParty\SignIn\FinishSignIn;
use Latchkey\RelyingParty\SignIn\ReturnPath;
use Latchkey\RelyingParty\SignIn\SignOut;
use Latchkey\RelyingParty\SignIn\Start;

/**
 * An application that people sign in to at an issuer: the parts, put together. The host routes requests to them,
 * shows pages, and keeps what the interfaces say.
 */
final class RelyingParty
{
    public readonly CookieNames $names;
    public readonly IssuerConnection $issuer;
    public readonly LocalSessions $sessions;
    /** For the forms of a session: sign-out, and those of the host that have no token of its own. */
    public readonly FormTokens $formTokens;
    public readonly Start $start;
    public readonly Callback $callback;
    public readonly SignOut $signOut;
    /** Null where the application adopts nobody by proof. */
    public readonly ?CompleteProof $completeProof;
    public readonly LogoutTokenReceiver $logoutTokens;
    public readonly SecurityEventReceiver $securityEvents;
    private Visits $visits;

    public function __construct(
        private Settings $settings,
        HttpClient $http,
        SharedCache $cache,
        LocalSessionStore $store,
        OneTimeStore $oneTime,
        Linker $linker,
        RelyingPartyLog $log,
        ?ProveAdoption $proveAdoption = null,
        Clock $clock = new SystemClock(),
    ) {
        $names = CookieNames::of($settings->cookieWord, $settings->origin, $settings->issuer);
        $cookies = new CookieWriter($settings->origin);
        // Two applications with a copied secret still open nothing of each other's.
        $own = "{$settings->origin} {$settings->clientId}";
        $sealer = fn (string $purpose) => new Sealer($settings->cookieSecret, "{$own} {$purpose}");
        $issuer = new IssuerConnection($settings, $http, $cache, $clock, $log);
        $limits = $settings->limits;
        $sessions = new LocalSessions(
            $store,
            $sealer('tokens'),
            $settings->issuer,
            $settings->sessionSeconds,
            $clock,
        );
        $heartbeat = new Heartbeat(
            $issuer,
            $sessions,
            $store,
            $linker,
            $log,
            $limits->unprovedSeconds,
            $cache,
            $clock,
        );
        $attempts = new AttemptCookies($names, $cookies, $sealer('attempt'));
        $departure = new Departure($issuer, $attempts, $names, $cookies, $sealer('silent memory'), $clock);
        $pendingSealer = $sealer('pending sign-in');
        $finish = new FinishSignIn(
            $settings->issuer,
            $issuer,
            $sessions,
            $store,
            $linker,
            $proveAdoption,
            $names,
            $cookies,
            $pendingSealer,
            $log,
            $clock,
        );
        $this->names = $names;
        $this->issuer = $issuer;
        $this->sessions = $sessions;
        $this->formTokens = new FormTokens($settings->cookieSecret, $own);
        $this->visits = new Visits(
            $names,
            $cookies,
            $sessions,
            $heartbeat,
            $departure,
            $issuer,
            $limits,
            $log,
            $clock,
        );
        $this->start = new Start($issuer, $departure, $log);
        $this->callback = new Callback(
            $issuer,
            $attempts,
            $departure,
            $finish,
            $sessions,
            $oneTime,
            $names,
            $cookies,
            $limits,
            $log,
            $clock,
        );
        $this->signOut = new SignOut($issuer, $sessions, $departure, $names, $cookies, $log, $clock);
        $this->completeProof = $proveAdoption === null ? null : new CompleteProof(
            $proveAdoption,
            $finish,
            $departure,
            $sessions,
            $pendingSealer,
            $names,
            $cookies,
            $clock,
        );
        $this->logoutTokens = new LogoutTokenReceiver(
            new LogoutTokenVerifier($issuer->expectations),
            $store,
            $oneTime,
            $clock,
            $log,
        );
        $this->securityEvents = new SecurityEventReceiver(
            new SecurityEventVerifier($issuer->expectations),
            new LinkedAccountEvents($linker, $store, $log),
            $store,
            $oneTime,
            $clock,
            $log,
        );
    }

    /**
     * Tells who a page visit or a form is from; its answer must be kept by no shared cache.
     *
     * @param string $path of the request, to which a silent trip returns
     */
    public function recognise(ReceivedRequest $request, BrowserSessions $browser, string $path): Visit
    {
        $target = $request->query === '' ? $path : "{$path}?{$request->query}";
        $returnPath = ReturnPath::read($target, $this->settings->ownPath);
        $isRedirectable = $returnPath !== null && PageVisit::mayBeRedirected($request->method, $request->headers);
        $sendOff = $isRedirectable ? new SendOff(AttemptKind::Silent, $returnPath) : null;
        return $this->visits->recognise($request->cookies, $browser, $sendOff);
    }

    /**
     * The same for a page that a shared cache may keep, for the chrome endpoint and other calls of scripts: nobody is
     * sent off.
     */
    public function recogniseOnly(ReceivedRequest $request, BrowserSessions $browser): Visit
    {
        return $this->visits->recognise($request->cookies, $browser, null);
    }

    /**
     * The hidden frame of the session check script: it is sent off, or answered at once with its document.
     *
     * @return ?Visit null where the request is none of that script's frames: answer 400
     */
    public function recogniseFrame(ReceivedRequest $request, BrowserSessions $browser): ?Visit
    {
        $site = $request->headers['sec-fetch-site'] ?? 'same-origin';
        $destination = $request->headers['sec-fetch-dest'] ?? 'iframe';
        // `empty` is what a service worker makes of a frame that it passes on.
        if ($site !== 'same-origin' || !in_array($destination, ['iframe', 'empty'], true)) {
            return null;
        }
        return $this->visits->recognise($request->cookies, $browser, new SendOff(AttemptKind::Frame, '/'));
    }

    /** Where a sign-in that this text asks for returns to. */
    public function returnPath(?string $text): string
    {
        return ReturnPath::read($text, $this->settings->ownPath) ?? '/';
    }
}
