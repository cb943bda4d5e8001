<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

/** What happened to a person's account. */
enum SecurityEventKind: string
{
    case ClaimsChanged = 'claims-changed';
    case CredentialChanged = 'credential-changed';
    case AccountDisabled = 'account-disabled';
    case AccountEnabled = 'account-enabled';
    case AccountPurged = 'account-purged';
    /** An event that we do nothing about. */
    case Unknown = 'unknown';

    /** @param string $type the event's URI */
    public static function ofType(string $type): self
    {
        return match ($type) {
            'https://schemas.openid.net/secevent/caep/event-type/token-claims-change' => self::ClaimsChanged,
            'https://schemas.openid.net/secevent/caep/event-type/credential-change' => self::CredentialChanged,
            'https://schemas.openid.net/secevent/risc/event-type/account-disabled' => self::AccountDisabled,
            'https://schemas.openid.net/secevent/risc/event-type/account-enabled' => self::AccountEnabled,
            'https://schemas.openid.net/secevent/risc/event-type/account-purged' => self::AccountPurged,
            default => self::Unknown,
        };
    }
}
