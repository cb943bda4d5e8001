<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Thrown by the inserts and updates of `LocalUserRecords` where a unique key refuses. */
final class LocalUserTakenException extends \RuntimeException
{
    public const USERNAME = 'ERR_LOCAL_USERNAME_TAKEN';
    public const EMAIL = 'ERR_LOCAL_EMAIL_TAKEN';
    public const LINK = 'ERR_LINK_TAKEN';

    public function __construct(
        public readonly string $errorCode,
        ?\Throwable $previous = null,
    ) {
        parent::__construct('a local user or a link has this already', 0, $previous);
    }
}
