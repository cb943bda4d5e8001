<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What the link of a subject says: there is none, it is closed, or it is open. */
final class LinkState
{
    private function __construct(
        public readonly string $state,
        public readonly ?string $localUser = null,
        public readonly ?float $disabledAtSeconds = null,
    ) {
    }

    public static function none(): self
    {
        return new self('none');
    }

    public static function closed(): self
    {
        return new self('closed');
    }

    /**
     * @param 'active'|'disabled'|'missing' $localUser
     * @param ?float $disabledAtSeconds when the issuer disabled the account, in seconds since 1970 on its clock;
     *     null: it is not disabled
     */
    public static function open(string $localUser, ?float $disabledAtSeconds = null): self
    {
        return new self('open', $localUser, $disabledAtSeconds);
    }
}
