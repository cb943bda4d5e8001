<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

enum AccountStateResultKind: string
{
    case Changed = 'changed';
    case Unchanged = 'unchanged';
    /** The issuer said something newer before. */
    case Stale = 'stale';
    case UnknownSubject = 'unknown-subject';
}
