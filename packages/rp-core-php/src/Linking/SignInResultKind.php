<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

enum SignInResultKind: string
{
    case User = 'user';
    /** Nothing was changed. Ask with `ProveAdoption`, then sign in again with what came of it. */
    case Proof = 'proof';
    case Wait = 'wait';
    case Refused = 'refused';
}
