<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

enum SignInOutcomeKind
{
    case SignedIn;
    /** A local user was there before, and the person is asked to prove that it is theirs. */
    case Proof;
    case Refused;
}
