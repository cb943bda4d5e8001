<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

use stdClass;

final class ProfileAnswer
{
    /**
     * @param ?stdClass $claims in `Profile`, as `etag`
     * @param ?string $reason in `NoAnswer`
     */
    public function __construct(
        public readonly ProfileAnswerKind $kind,
        public readonly ?stdClass $claims = null,
        public readonly ?string $etag = null,
        public readonly ?string $reason = null,
    ) {
    }

    public static function none(string $reason): self
    {
        return new self(ProfileAnswerKind::NoAnswer, reason: $reason);
    }
}
