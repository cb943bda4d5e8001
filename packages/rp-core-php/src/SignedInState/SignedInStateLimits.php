<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

final class SignedInStateLimits
{
    /** More than these a browser does not keep in mind. */
    public const MOST_SILENT_TRIPS = 10;

    private const RANGES = [
        'proofSeconds' => [0, 3600],
        'unprovedSeconds' => [0, 7 * 24 * 3600],
        'silentTrips' => [0, self::MOST_SILENT_TRIPS],
        'silentTripsSeconds' => [60, 600],
    ];

    /**
     * @param int $proofSeconds for so long a proof is good without asking again
     * @param int $unprovedSeconds a session lives so long without proof while the issuer does not answer
     * @param int $silentTrips at most so many silent trips…
     * @param int $silentTripsSeconds …within so many seconds, for each browser and application
     * @throws \RangeException naming the first that cannot be used
     */
    public function __construct(
        public readonly int $proofSeconds = 5 * 60,
        public readonly int $unprovedSeconds = 12 * 3600,
        public readonly int $silentTrips = 6,
        public readonly int $silentTripsSeconds = 10 * 60,
    ) {
        foreach (self::RANGES as $name => [$least, $most]) {
            if ($this->{$name} < $least || $this->{$name} > $most) {
                throw new \RangeException("{$name} must be {$least} to {$most}");
            }
        }
    }
}
