<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Cookies\Readable;
use Latchkey\RelyingParty\Secrets\Sealer;

/** Keeps the sign-ins that are under way in a browser, one cookie each, so that tabs do not disturb each other. */
final class AttemptCookies
{
    private const MOST_ATTEMPTS = 5;
    /** No more are looked at, or taken back in one answer: somebody could send hundreds. */
    private const MOST_PRESENT = 20;
    /** A line of cookies that is longer than 8 KB is refused by many servers. */
    private const MOST_BYTES = 5000;
    /** Of one with the longest return path and the most hints. */
    private const LONGEST_BYTES = 2200;

    public function __construct(
        private CookieNames $names,
        private CookieWriter $cookies,
        private Sealer $sealer,
    ) {
    }

    /** Whether one more fits without taking the way back from another that is under way. */
    public function hasRoom(CookieHeader $sent, float $now): bool
    {
        $isUnderWay = fn (array $one) => $one['begunAt'] <= $now + 60 && $now < $one['begunAt'] + Attempt::SECONDS + 60;
        $underWay = array_filter($this->present($sent), $isUnderWay);
        $bytes = array_sum(array_column($underWay, 'bytes'));
        return count($underWay) < self::MOST_ATTEMPTS && $bytes + self::LONGEST_BYTES <= self::MOST_BYTES;
    }

    /**
     * The cookie of a new attempt, and the removal of the oldest ones where there are too many. Ids tell their age to
     * the minute; within one, browsers send cookies of one path in the order in which they were made (RFC 6265,
     * section 5.4).
     *
     * @return list<string> Set-Cookie lines
     */
    public function keep(Attempt $attempt, CookieHeader $sent): array
    {
        $sealed = $attempt->seal($this->sealer);
        $kept = $this->present($sent);
        usort($kept, fn (array $one, array $other) => $one['begunAt'] <=> $other['begunAt']);
        $bytes = strlen($sealed) + array_sum(array_column($kept, 'bytes'));
        $lines = [];
        while ($kept !== [] && (count($kept) >= self::MOST_ATTEMPTS || $bytes > self::MOST_BYTES)) {
            $oldest = array_shift($kept);
            $bytes -= $oldest['bytes'];
            $lines[] = $this->cookies->clear($oldest['name']);
        }
        $name = $this->names->attemptPrefix . Attempt::idOf($attempt->state);
        $lines[] = $this->cookies->set($name, $sealed, Attempt::COOKIE_SECONDS, Readable::ByServers);
        return $lines;
    }

    public function find(string $state, CookieHeader $sent, float $now): FoundAttempt
    {
        $id = Attempt::idOf($state);
        $cookie = $id === null ? null : $sent->own($this->names->attemptPrefix . $id);
        if ($id === null || $cookie === null) {
            return new FoundAttempt(FoundAttemptKind::None);
        }
        $attempt = Attempt::open($this->sealer, $cookie, $state);
        if ($attempt === null) {
            return new FoundAttempt(FoundAttemptKind::Unreadable, number: Attempt::numberOf($id));
        }
        $isGood = $now < $attempt->begunAt + Attempt::SECONDS;
        $kind = $isGood ? FoundAttemptKind::Attempt : FoundAttemptKind::Expired;
        return new FoundAttempt($kind, $attempt, $attempt->number);
    }

    /** @return list<string> Set-Cookie lines */
    public function clear(string $state): array
    {
        $id = Attempt::idOf($state);
        return $id === null ? [] : [$this->cookies->clear($this->names->attemptPrefix . $id)];
    }

    /** @return list<array{name: string, bytes: int, begunAt: int}> the attempts' cookies, as their names alone tell */
    private function present(CookieHeader $sent): array
    {
        $prefix = $this->names->attemptPrefix;
        $present = [];
        foreach ($sent->ownWith($prefix, self::MOST_PRESENT) as [$name, $value]) {
            $begunAt = Attempt::beganAt(substr($name, strlen($prefix)));
            $present[] = ['name' => $name, 'bytes' => strlen($name) + strlen($value), 'begunAt' => $begunAt];
        }
        return $present;
    }
}
