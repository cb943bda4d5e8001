<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Cookies\Readable;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\SignedInState\Hints;
use Latchkey\RelyingParty\SignedInState\SilentMemory;

/** Sends browsers off to the issuer, and keeps what each browser's silent trips came to. */
final class Departure
{
    public function __construct(
        private IssuerConnection $issuer,
        private AttemptCookies $attempts,
        private CookieNames $names,
        private CookieWriter $cookies,
        private Sealer $silentSealer,
        private Clock $clock,
    ) {
    }

    /** @throws \Latchkey\RelyingParty\Issuer\IssuerException when the issuer's addresses are not known */
    public function begin(CookieHeader $sent, AttemptKind $kind, string $returnPath, int $number = 1): Sending
    {
        $now = $this->clock->now();
        $hints = Hints::read($sent, $this->names->hint);
        $attempt = Attempt::begin($kind, $returnPath, $hints, $now, $number);
        $url = $this->issuer->authorizationUrl($attempt);
        $silent = $kind === AttemptKind::Interactive
            ? []
            : [$this->remember($this->memory($sent)->withDeparture($now))];
        return new Sending($url, [...$this->attempts->keep($attempt, $sent), ...$silent]);
    }

    /** Whether a silent trip would leave those alone that are under way: nobody asked for it, so it gives way. */
    public function hasRoom(CookieHeader $sent): bool
    {
        return $this->attempts->hasRoom($sent, $this->clock->now());
    }

    public function memory(CookieHeader $sent): SilentMemory
    {
        return SilentMemory::open($this->silentSealer, $sent->own($this->names->silent), $this->clock->now());
    }

    /** @return string the cookie that keeps a memory as long as anything in it counts */
    public function remember(SilentMemory $memory): string
    {
        $now = $this->clock->now();
        $lasting = [...$memory->quietHints(), ...$memory->signedOutOf];
        $until = max([$now + 600, ...array_column($lasting, 'until')]);
        $sealed = $memory->seal($this->silentSealer);
        return $this->cookies->set($this->names->silent, $sealed, $until - $now, Readable::ByServers);
    }
}
