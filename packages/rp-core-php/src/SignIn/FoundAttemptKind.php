<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

enum FoundAttemptKind
{
    case Attempt;
    /** Ours, and older than ten minutes. */
    case Expired;
    /** There is a cookie, and it does not open: another secret sealed it, or somebody wrote it. */
    case Unreadable;
    case None;
}
