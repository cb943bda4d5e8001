<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class SignInResult
{
    /**
     * @param ?string $localUserId in `User` and `Proof`, as `username`
     * @param bool $usernameDiffers the local name is not the issuer's: tell the person, at the latest when the user was
     *     created
     * @param list<Subject> $displaced whose address moved on to this person: their sessions need a full profile read,
     *     without `If-None-Match`
     * @param list<ProofWay> $ways in `Proof`, as `maskedEmail`
     * @param ?string $reason in `Refused`: of `LinkDecision`, or `no-username-free`
     */
    public function __construct(
        public readonly SignInResultKind $kind,
        public readonly ?string $localUserId = null,
        public readonly ?string $username = null,
        public readonly bool $created = false,
        public readonly bool $adopted = false,
        public readonly bool $usernameDiffers = false,
        public readonly array $displaced = [],
        public readonly ?string $maskedEmail = null,
        public readonly array $ways = [],
        public readonly ?string $reason = null,
    ) {
    }
}
