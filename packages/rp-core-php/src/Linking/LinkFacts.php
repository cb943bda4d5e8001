<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What the decision who a person is here is made of. */
final class LinkFacts
{
    /**
     * @param float $issuedAtSeconds `iat` of the ID token: when the issuer vouched for the person
     * @param list<AdoptionCandidate> $sameEmail
     * @param bool $usernameHeld a local user has the name that this person would get. It makes a reason and nothing
     *     else
     * @param list<ProofWay> $proofWays which proofs the application can ask for
     */
    public function __construct(
        public readonly LinkState $link,
        public readonly SignInManner $how,
        public readonly float $issuedAtSeconds,
        public readonly bool $emailVerified,
        public readonly array $sameEmail,
        public readonly bool $usernameHeld,
        public readonly AdoptSetting $adopt,
        public readonly array $proofWays,
        public readonly ProofStanding $proof,
    ) {
    }
}
