<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

/** What a request and its browser show; moments in seconds since 1970. */
final class SignedInStateFacts
{
    /**
     * @param list<string> $hints the issuer's hints that the browser sent, each once
     * @param list<array{hint: string, until: int|float}> $tried hints for which the issuer had no answer, or under
     *     which the person signed out here
     * @param list<int|float> $departures when this browser was sent off silently by this application
     * @param bool $redirectable whether the request may be answered by a redirect (`PageVisit`) and its answer is
     *     kept by no shared cache
     * @param bool $issuerReachable whether the application's server reached the issuer lately
     */
    public function __construct(
        public readonly float $now,
        public readonly array $hints,
        public readonly ?SessionFacts $session,
        public readonly array $tried,
        public readonly array $departures,
        public readonly bool $redirectable,
        public readonly bool $issuerReachable,
    ) {
    }

    /** The same, where the issuer cannot be reached. */
    public function withoutIssuer(): self
    {
        return $this->with($this->redirectable, false);
    }

    /** The same, for a request that may be redirected, or may not. */
    public function asRedirectable(bool $redirectable = true): self
    {
        return $this->with($redirectable, $this->issuerReachable);
    }

    private function with(bool $redirectable, bool $issuerReachable): self
    {
        return new self(
            $this->now,
            $this->hints,
            $this->session,
            $this->tried,
            $this->departures,
            $redirectable,
            $issuerReachable
        );
    }
}
