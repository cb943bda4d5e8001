<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

enum SignedInState: string
{
    /** The session is used as it is. */
    case Keep = 'keep';
    /** The session is used only after the issuer said, server to server, that it lives. */
    case Heartbeat = 'heartbeat';
    /** The browser goes through the issuer once, without being asked anything (`prompt=none`). */
    case Silent = 'silent';
    /** Nobody is signed in here. */
    case Anonymous = 'anonymous';

    /**
     * What to do with one request. The heartbeat is what keeps sessions right; hints, which anybody under the domain
     * can forge, only make it quick. Without session and hint nothing ever happens, so crawlers, programs and
     * anonymous visitors see no redirect.
     */
    public static function decide(
        SignedInStateFacts $facts,
        SignedInStateLimits $limits = new SignedInStateLimits(),
    ): self {
        $now = $facts->now;
        $session = $facts->session !== null && $now < $facts->session->expiresAt ? $facts->session : null;
        $recent = array_filter($facts->departures, fn ($departure) => $departure > $now - $limits->silentTripsSeconds);
        $maySendOff = $facts->redirectable && $facts->issuerReachable && count($recent) < $limits->silentTrips;

        if ($session === null) {
            $stillTried = array_filter($facts->tried, fn (array $tried) => $now < $tried['until']);
            $untried = array_diff($facts->hints, array_column($stillTried, 'hint'));
            return $maySendOff && $untried !== [] ? self::Silent : self::Anonymous;
        }

        $own = $session->hint;
        $others = array_filter($facts->hints, fn (string $hint) => $hint !== $own);
        $unknown = array_diff($others, $session->foreignHints);
        if ($maySendOff && $unknown !== []) {
            return self::Silent;
        }

        // A page may be shown beside a hint that turned out to be somebody's forgery; what changes something is proved
        // first.
        $undisturbed = ($facts->redirectable ? $unknown : $others) === [];
        $trusted = $undisturbed && !$session->distrusted;
        $spentAt = $session->accessTokenExpiresAt ?? INF;
        if ($now >= $spentAt) {
            // A heartbeat needs a bearer, and a new one comes by a silent trip only.
            if ($maySendOff) {
                return self::Silent;
            }
            $stands = $now - $session->provedAt < $limits->unprovedSeconds
                && (!$facts->issuerReachable || ($trusted && $now - $spentAt < $limits->proofSeconds));
            return $stands ? self::Keep : self::Anonymous;
        }

        $young = $now - $session->provedAt < $limits->proofSeconds;
        $hintFits = $own === null || in_array($own, $facts->hints, true);
        return $young && $hintFits && $trusted ? self::Keep : self::Heartbeat;
    }
}
