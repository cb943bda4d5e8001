<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What the application does for a proof. */
interface LocalProofs
{
    /** What the page names; null where the local user is gone. */
    public function describe(string $localUserId): ?LocalDescription;

    /** Checks the password and nothing else: it begins no session. False for a user without one. */
    public function isPasswordRight(string $localUserId, #[\SensitiveParameter] string $password): bool;

    /**
     * Mails a link with this token to the local user's address. The link's page belongs to the running sign-in of the
     * browser that opens it, and has a button. The mail says what clicking it does, and is the same in every detail
     * for a repeated one.
     */
    public function sendLink(string $localUserId, #[\SensitiveParameter] string $token): void;
}
