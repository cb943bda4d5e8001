<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

/** What came of asking for the profile with a local session's bearer. */
enum ProfileAnswerKind
{
    /** It lives, and there are claims. */
    case Profile;
    /** It lives, and the claims are as before (304). */
    case Unchanged;
    /** The issuer says that this bearer is good for nothing. */
    case Ended;
    /** Nothing is known. */
    case NoAnswer;
}
