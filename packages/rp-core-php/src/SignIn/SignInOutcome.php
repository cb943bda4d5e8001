<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Session\LocalSession;

/** What a good answer of the issuer came to. */
final class SignInOutcome
{
    /**
     * @param ?LocalSession $session in `SignedIn`
     * @param ?string $newName the user name that a new local user got because the issuer's was taken here: the person
     *     is told
     * @param 'not-admitted'|'session-ended'|'no-answer'|null $reason in `Refused`
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public function __construct(
        public readonly SignInOutcomeKind $kind,
        public readonly ?LocalSession $session = null,
        public readonly ?string $newName = null,
        public readonly ?string $reason = null,
        public readonly array $setCookies = [],
    ) {
    }
}
