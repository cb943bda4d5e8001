<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Linking\Linker;
use Latchkey\RelyingParty\Linking\ProfileClaims;
use Latchkey\RelyingParty\Linking\ProfileClaimsFault;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Session\LocalSessionStore;
use stdClass;

/** Has the linker do what the issuer's events say. */
final class LinkedAccountEvents implements AccountEvents
{
    public function __construct(
        private Linker $linker,
        private LocalSessionStore $sessions,
        private RelyingPartyLog $log,
    ) {
    }

    public function claimsChanged(Subject $subject, stdClass $claims): void
    {
        // The event names the person; its claims need not.
        $profile = ProfileClaims::read((object) ['sub' => $subject->sub, ...get_object_vars($claims)], $subject);
        if ($profile instanceof ProfileClaimsFault) {
            $this->log->note('events.claims-not-read', ['fault' => $profile->value]);
            return;
        }
        $applied = $this->linker->applyProfile($profile);
        // Those whose address moved on to this person read their profiles anew.
        foreach ($applied->displaced as $displaced) {
            $this->sessions->distrust($displaced);
        }
        $this->log->note('events.claims-changed', ['result' => $applied->kind->value]);
    }

    public function disabled(Subject $subject, float $occurredAt): void
    {
        $result = $this->linker->disable($subject, $occurredAt)->kind->value;
        $this->log->note('events.account-disabled', ['result' => $result]);
    }

    public function enabled(Subject $subject, float $occurredAt): void
    {
        $result = $this->linker->enable($subject, $occurredAt)->kind->value;
        $this->log->note('events.account-enabled', ['result' => $result]);
    }

    public function purged(Subject $subject, float $occurredAt): void
    {
        $this->log->note('events.account-purged', ['result' => $this->linker->close($subject)->kind->value]);
    }
}
