<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What happened to a link. It holds no address, name, password or token, so that it can be kept. */
final class LinkingEntry
{
    /**
     * @param 'created'|'adopted'|'refused'|'email-conflict'|'email-displaced'|'disabled'|'enabled'|'closed' $event
     *     `email-displaced`: this subject's local user gave its address up to another
     * @param ?string $reason of `LinkDecision`, `EmailConflict`, or `no-username-free`
     */
    public function __construct(
        public readonly Subject $subject,
        public readonly string $event,
        public readonly ?string $localUserId,
        public readonly ?string $reason = null,
    ) {
    }
}
