<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Why claims are nobody's profile. */
enum ProfileClaimsFault: string
{
    case NotAnObject = 'not-an-object';
    /** No usable `sub`. */
    case SubjectMalformed = 'subject-malformed';
    /** Another person's. */
    case SubjectMismatch = 'subject-mismatch';
}
