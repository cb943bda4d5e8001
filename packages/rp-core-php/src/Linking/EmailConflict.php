<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Why a local user does not have the address that the issuer says. */
enum EmailConflict: string
{
    case HeldByUnlinkedUser = 'held-by-unlinked-user';
    case SimilarAddress = 'similar-address';
    case HeldByAnotherIssuer = 'held-by-another-issuer';
    case Unverified = 'unverified';
    case MovedOn = 'moved-on';
}
