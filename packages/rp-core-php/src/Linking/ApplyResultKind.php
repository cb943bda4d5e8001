<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

enum ApplyResultKind: string
{
    case Applied = 'applied';
    case Stale = 'stale';
    /** Never signed in here. */
    case UnknownSubject = 'unknown-subject';
    /** May not be here any more: their sessions must end. */
    case Refused = 'refused';
}
