<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Who gives an address up, until their own profile says a new one. */
final class DisplacedEmail
{
    public function __construct(
        public readonly string $localUserId,
        public readonly Subject $subject,
        public readonly string $placeholder,
    ) {
    }
}
