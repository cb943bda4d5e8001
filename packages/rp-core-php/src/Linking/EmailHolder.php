<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Another local user who has an address, as the application compares addresses. */
final class EmailHolder
{
    /**
     * @param ?Subject $subject of their open link; null: they have none
     * @param bool $isSimilarOnly theirs is another address, which only the application takes for the same (`é` for `e`,
     *     dots left out)
     */
    public function __construct(
        public readonly string $localUserId,
        public readonly ?Subject $subject = null,
        public readonly bool $isSimilarOnly = false,
    ) {
    }

    /** The issuer's word about this address is a word about theirs. */
    public function isUnder(string $issuer): bool
    {
        return $this->subject?->issuer === $issuer && !$this->isSimilarOnly;
    }
}
