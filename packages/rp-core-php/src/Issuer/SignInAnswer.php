<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

/** What a code was exchanged for. Moments in seconds since 1970. */
final class SignInAnswer
{
    public function __construct(
        public readonly string $sub,
        public readonly ?string $sid,
        public readonly ?string $hint,
        public readonly float $issuedAt,
        public readonly ?float $sessionExpiresAt,
        public readonly string $accessToken,
        public readonly ?float $accessTokenExpiresAt,
        public readonly string $idToken,
    ) {
    }

    /**
     * A session answers for a hint only where the browser shows it here: on another registrable domain it never does,
     * and a hint that is always gone would make every page view a heartbeat.
     *
     * @param list<string> $visible hints that the browser sent
     */
    public function withVisibleHint(array $visible): self
    {
        $hint = in_array($this->hint, $visible, true) ? $this->hint : null;
        return new self(...[...get_object_vars($this), 'hint' => $hint]);
    }
}
