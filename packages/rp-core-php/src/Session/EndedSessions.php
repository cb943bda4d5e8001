<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

/** Which sessions a sign-out ends: those of one session of the issuer, or all of a person. */
final class EndedSessions
{
    private function __construct(
        public readonly string $issuer,
        public readonly ?string $sid,
        public readonly ?string $sub,
    ) {
    }

    /** @param ?string $sub where it is told, a session must match both */
    public static function ofSession(string $issuer, string $sid, ?string $sub): self
    {
        return new self($issuer, $sid, $sub);
    }

    public static function ofPerson(string $issuer, string $sub): self
    {
        return new self($issuer, null, $sub);
    }

    /**
     * Whether a session is among them. One of an ended `sid` ends whenever it began, since an ended session of the
     * issuer never comes back; of all of a person's, those that began not after the moment.
     *
     * @param float $endedAt in seconds since 1970
     */
    public function contains(LocalSession $session, float $endedAt): bool
    {
        return $session->issuer === $this->issuer
            && ($this->sub === null || $session->sub === $this->sub)
            && ($this->sid === null ? $session->begunAt <= $endedAt : $session->sid === $this->sid);
    }
}
