<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class AccountStateResult
{
    /** @param ?string $localUserId null in `UnknownSubject` */
    public function __construct(
        public readonly AccountStateResultKind $kind,
        public readonly ?string $localUserId = null,
    ) {
    }
}
