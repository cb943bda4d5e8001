<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** A user as the application knows them. */
final class LocalUser
{
    /**
     * @param string $id never given to another user, not even after this one was deleted: a link would lead to a
     *     stranger
     * @param bool $emailConfirmed the application, or the issuer through it, has seen that mail to this address reaches
     *     the user. False in doubt
     * @param bool $hasElevatedRights more than a user has who just signed up: administers, moderates, edits what is
     *     others'. True in doubt
     * @param bool $disabled shut out by the application itself. The issuer's own "disabled" is on the link
     */
    public function __construct(
        public readonly string $id,
        public readonly string $username,
        public readonly ?string $name,
        public readonly ?string $email,
        public readonly bool $emailConfirmed,
        public readonly bool $hasElevatedRights,
        public readonly bool $disabled,
    ) {
    }
}
