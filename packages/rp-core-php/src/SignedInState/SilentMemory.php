<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Secrets\TokenHash;
use Latchkey\RelyingParty\Session\LocalSession;

/** What one browser's silent trips came to, kept in a sealed cookie. Moments in seconds since 1970. */
final class SilentMemory
{
    private const MOST_HINTS = 10;
    /** Hints that others forge cannot push a sign-out off: each list has room of its own. */
    private const MOST_SIGNED_OUT = 10;
    private const MOST_SIGNED_OUT_OF = 5;
    /** A sign-out here stays as long as a browser keeps a cookie: until another session at the issuer, or a click. */
    private const STAYS_SECONDS = 400 * 24 * 3600;
    private const MOST_DEPARTURES = 2 * SignedInStateLimits::MOST_SILENT_TRIPS;
    private const CONTEXT = 'silent memory';
    /** The name of none. */
    private const UNKNOWN_SESSION = '';

    /**
     * @param list<array{hint: string, until: int|float}> $tried hints that cause no trip before `until`, the newest
     *     first
     * @param list<int|float> $departures when trips began, the newest first
     * @param list<array{hint: string, until: int|float}> $signedOut hints that were there when the person signed out
     *     here, the newest first: they cause no trip
     * @param list<array{name: string, until: int|float}> $signedOutOf what the person signed out of here, the newest
     *     first: no trip signs in there again, whatever hint caused it
     * @param ?float $signedOutAt when the person last signed out here; a trip that began before signs nobody in
     * @param bool $onlyByClick the person signed out here alone, as far as anybody knows, and has not signed in since:
     *     only a click begins anew
     */
    public function __construct(
        public readonly array $tried = [],
        public readonly array $departures = [],
        public readonly array $signedOut = [],
        public readonly array $signedOutOf = [],
        public readonly ?float $signedOutAt = null,
        public readonly bool $onlyByClick = false,
    ) {
    }

    /**
     * Notes hints as tried; one that is there already gets the later end.
     *
     * @param list<string> $hints
     */
    public function withTried(array $hints, int $until): self
    {
        $endOf = function (string $hint) use ($until): int|float {
            $same = array_filter($this->tried, fn (array $tried) => $tried['hint'] === $hint);
            return max([$until, ...array_column($same, 'until')]);
        };
        $noted = array_map(fn (string $hint) => ['hint' => $hint, 'until' => $endOf($hint)], $hints);
        $tried = array_slice([...$noted, ...self::without($this->tried, $hints)], 0, self::MOST_HINTS);
        return $this->with(['tried' => $tried]);
    }

    /**
     * The person signed out under these hints.
     *
     * @param list<string> $hints
     * @param ?LocalSession $session what they signed out of, where that is still known
     * @param bool $onlyByClick whether the issuer was not told, so that its session may live
     */
    public function withSignedOut(array $hints, ?LocalSession $session, bool $onlyByClick, float $now): self
    {
        $until = $now + self::STAYS_SECONDS;
        $name = $session === null ? self::UNKNOWN_SESSION : self::nameOf($session->sub, $session->sid);
        $noted = array_map(fn (string $hint) => ['hint' => $hint, 'until' => $until], $hints);
        $signedOut = [...$noted, ...self::without($this->signedOut, $hints)];
        $others = array_filter($this->signedOutOf, fn (array $one) => $one['name'] !== $name);
        $signedOutOf = [['name' => $name, 'until' => $until], ...$others];
        return $this->with([
            'signedOut' => array_slice($signedOut, 0, self::MOST_SIGNED_OUT),
            'signedOutOf' => array_slice($signedOutOf, 0, self::MOST_SIGNED_OUT_OF),
            'signedOutAt' => $now,
            'onlyByClick' => $onlyByClick,
        ]);
    }

    /** The person signed in again: what they signed out of before no longer counts, but for trips that are older. */
    public function withSignedIn(?string $hint): self
    {
        $tried = $hint === null ? $this->tried : self::without($this->tried, [$hint]);
        return $this->with(['tried' => $tried, 'signedOut' => [], 'signedOutOf' => [], 'onlyByClick' => false]);
    }

    /** @return list<array{hint: string, until: int|float}> hints that cause no trip */
    public function quietHints(): array
    {
        return [...$this->signedOut, ...$this->tried];
    }

    /**
     * Whether a silent answer would undo a sign-out here: it is about a session that the person signed out of, or
     * older.
     *
     * @param float $begunAt when the trip began
     * @param ?string $hint that the answer is about
     * @param ?string $sid of the answer; null where the issuer names no session
     */
    public function undoesSignOut(float $begunAt, ?string $hint, string $sub, ?string $sid): bool
    {
        return ($this->signedOutAt !== null && $begunAt <= $this->signedOutAt)
            || in_array($hint, array_column($this->signedOut, 'hint'), true)
            || in_array(self::nameOf($sub, $sid), array_column($this->signedOutOf, 'name'), true);
    }

    /** Counts a trip at its departure, so that one which never comes back counts too. */
    public function withDeparture(float $now): self
    {
        return $this->with(['departures' => array_slice([$now, ...$this->departures], 0, self::MOST_DEPARTURES)]);
    }

    /** Uses up the trips, so that none begins before `$until`, whatever the hints: the last one ended in a fault. */
    public function withRest(SignedInStateLimits $limits, int $until): self
    {
        $used = array_fill(0, $limits->silentTrips, $until - $limits->silentTripsSeconds);
        return $this->with(['departures' => array_slice([...$used, ...$this->departures], 0, self::MOST_DEPARTURES)]);
    }

    public function seal(Sealer $sealer): string
    {
        $pairs = fn (array $entries) => array_map(array_values(...), $entries);
        $sealed = [
            $pairs($this->tried),
            $this->departures,
            $pairs($this->signedOut),
            $pairs($this->signedOutOf),
            $this->signedOutAt,
            $this->onlyByClick,
        ];
        return $sealer->seal(json_encode($sealed, JSON_THROW_ON_ERROR), self::CONTEXT);
    }

    /** @return self an empty memory where the cookie is absent or not ours, and without what has passed */
    public static function open(Sealer $sealer, ?string $cookie, float $now): self
    {
        $text = $cookie === null ? null : $sealer->open($cookie, self::CONTEXT);
        if ($text === null) {
            return new self();
        }
        $sealed = json_decode($text, true, 8, JSON_THROW_ON_ERROR); // by us
        [$tried, $departures, $signedOut, $signedOutOf, $signedOutAt, $onlyByClick] = $sealed;
        $entries = function (string $member, array $pairs) use ($now): array {
            $still = array_values(array_filter($pairs, fn (array $pair) => $now < $pair[1]));
            return array_map(fn (array $pair) => [$member => $pair[0], 'until' => $pair[1]], $still);
        };
        return new self(
            $entries('hint', $tried),
            array_values(array_filter($departures, fn ($departure) => $departure <= $now)),
            $entries('hint', $signedOut),
            $entries('name', $signedOutOf),
            $signedOutAt,
            $onlyByClick,
        );
    }

    /** In short, since it travels with every request. An issuer that names no session has one for each person. */
    private static function nameOf(string $sub, ?string $sid): string
    {
        return substr(TokenHash::of($sid === null ? "sub {$sub}" : "sid {$sid}"), 0, 16);
    }

    /**
     * @param list<array{hint: string, until: int|float}> $entries
     * @param list<string> $hints
     * @return list<array{hint: string, until: int|float}>
     */
    private static function without(array $entries, array $hints): array
    {
        return array_values(array_filter($entries, fn (array $one) => !in_array($one['hint'], $hints, true)));
    }

    /** @param array<string, mixed> $change */
    private function with(array $change): self
    {
        return new self(...[...get_object_vars($this), ...$change]);
    }
}
