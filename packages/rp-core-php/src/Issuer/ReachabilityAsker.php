<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

enum ReachabilityAsker
{
    /** A page is to be shown, which works without the issuer. */
    case Page;
    /** A person clicked and waits for nothing else. */
    case Click;
}
