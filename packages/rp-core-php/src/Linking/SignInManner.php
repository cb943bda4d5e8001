<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** How a person came to sign in. */
enum SignInManner: string
{
    case Interactive = 'interactive';
    /** The browser was sent without the person asking for it (`prompt=none`). */
    case Silent = 'silent';
}
