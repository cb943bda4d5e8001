<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Cookies;

/** The cookies of one application, by what they are for. */
final class CookieNames
{
    public function __construct(
        /** Holds the local session's id; a host with sessions of its own has no use for it. */
        public readonly string $session,
        /** Tells scripts that somebody is signed in here; changes with the session, proves nothing. */
        public readonly string $marker,
        /** Begins the name of each sign-in that is under way; the rest is the attempt's id. */
        public readonly string $attemptPrefix,
        /** What was tried silently in this browser. */
        public readonly string $silent,
        /** A sign-in that waits for a proof of adoption. */
        public readonly string $pending,
        /** The issuer's hint. */
        public readonly string $hint,
    ) {
    }

    /**
     * `__Host-` wherever https allows it. On loopback http neither prefixes nor `Secure` are possible, and cookies
     * ignore ports there: the application's own word keeps it apart from its neighbours.
     *
     * @param string $word lower-case letters, digits and hyphens
     * @param string $origin of the application, such as `https://blog.example.org`
     */
    public static function of(string $word, string $origin, string $issuer): self
    {
        $own = (str_starts_with($origin, 'https:') ? '__Host-' : '') . $word;
        return new self(
            session: "{$own}-session",
            marker: "{$own}-here",
            attemptPrefix: "{$own}-attempt-",
            silent: "{$own}-silent",
            pending: "{$own}-pending",
            hint: str_starts_with($issuer, 'https:') ? '__Secure-latchkey-hint' : 'latchkey-hint',
        );
    }
}
