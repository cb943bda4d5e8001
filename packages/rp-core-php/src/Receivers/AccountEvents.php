<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Linking\Subject;
use stdClass;

/**
 * What the application does when the issuer tells of a change of a person. Each returns when the change is committed
 * and throws when it is not: then the issuer sends the event again. An event may come twice, late, or after a younger
 * one, so doing the same again must do no harm, and what is older than what the application knows must change
 * nothing. A person who was never here is no error.
 */
interface AccountEvents
{
    /**
     * Claims have new values: those that the person granted this application.
     *
     * @param stdClass $claims as the issuer wrote them; `profile_version`, where the issuer counts, is an integer not
     *     below 0
     * @see OpenID Continuous Access Evaluation Profile 1.0, section 3.2
     */
    public function claimsChanged(Subject $subject, stdClass $claims): void;

    /**
     * The account is disabled; its sessions here have been ended.
     *
     * @param float $occurredAt on the issuer's clock; compare it with what `enabled` told
     * @see OpenID RISC Profile 1.0, account-disabled
     */
    public function disabled(Subject $subject, float $occurredAt): void;

    /** @see OpenID RISC Profile 1.0, account-enabled */
    public function enabled(Subject $subject, float $occurredAt): void;

    /**
     * The account is gone for ever and its `sub` will not come back; its sessions here have been ended.
     *
     * @see OpenID RISC Profile 1.0, account-purged
     */
    public function purged(Subject $subject, float $occurredAt): void;
}
