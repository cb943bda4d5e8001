<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Moments in seconds since 1970. */
final class SignInCircumstances
{
    /**
     * @param float $issuedAtSeconds `iat` of the ID token
     * @param ?AdoptionProof $proof what the proof page left for this subject
     */
    public function __construct(
        public readonly SignInManner $how,
        public readonly float $issuedAtSeconds,
        public readonly float $nowSeconds,
        public readonly ?AdoptionProof $proof = null,
    ) {
    }
}
