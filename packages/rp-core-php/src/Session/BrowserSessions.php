<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

/** The host's own sessions, seen from one request: what the browser holds, and what names a `LocalSession`. */
interface BrowserSessions
{
    /**
     * The id hash of the session that the browser brought with this request, whether or not it still lives; null
     * where it brought none, or one that `begin` did not begin, such as a local administrator's.
     */
    public function idHash(): ?string;

    /**
     * Begins a session for a local user in this browser, in place of any other, with an id that nobody knew before.
     *
     * @param float $expiresAt its absolute end, in seconds since 1970
     * @return string the id hash: `TokenHash::of` what the browser holds
     */
    public function begin(string $localUserId, float $expiresAt): string;

    /** Ends the session that the browser brought or `begin` began, and takes it out of the browser. */
    public function end(): void;
}
