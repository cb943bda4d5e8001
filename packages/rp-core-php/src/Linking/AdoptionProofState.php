<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** `Proved` and `Declined` are for the sign-in to take up; `Locked` can still be declined. */
enum AdoptionProofState: string
{
    case Asked = 'asked';
    case Proved = 'proved';
    case Locked = 'locked';
    case Declined = 'declined';
}
