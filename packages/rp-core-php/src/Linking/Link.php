<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Says that a person at an issuer is a local user. Never deleted: a closed one blocks adopting and coming back. */
final class Link
{
    /**
     * @param ?int $profileVersion of the newest profile that was applied; null as long as none had one
     * @param bool $disabled the issuer has disabled the account. The application refuses every way in, its own
     *     passwords and API keys too
     * @param ?float $accountStateAtSeconds when, on the issuer's clock, it said what `disabled` says; null as long as
     *     it said nothing
     */
    public function __construct(
        public readonly Subject $subject,
        public readonly string $localUserId,
        public readonly ?int $profileVersion = null,
        public readonly bool $disabled = false,
        public readonly ?float $accountStateAtSeconds = null,
        public readonly bool $closed = false,
    ) {
    }
}
