<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

enum AttemptKind: string
{
    /** A person asked for it, and is asked whatever is necessary. */
    case Interactive = 'interactive';
    /** The page visit went through the issuer with `prompt=none`. */
    case Silent = 'silent';
    /** The same in the hidden frame of the session check script. */
    case Frame = 'frame';
}
