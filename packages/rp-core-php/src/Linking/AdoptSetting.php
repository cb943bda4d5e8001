<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Whether local users from before are adopted. */
enum AdoptSetting: string
{
    case Proof = 'proof';
    /** Without a proof where the issuer has verified the local user's confirmed address: for migrations. */
    case VerifiedEmail = 'verified-email';
    case Never = 'never';
}
