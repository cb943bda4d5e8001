<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Which address a local user has. */
final class EmailPlan
{
    /**
     * @param ?EmailValue $change null: the local user keeps what they have
     * @param list<DisplacedEmail> $displaced carried out before `change`
     */
    private function __construct(
        public readonly ?EmailValue $change,
        public readonly array $displaced = [],
        public readonly ?EmailConflict $conflict = null,
    ) {
    }

    /**
     * Decides which address a local user has. The issuer gives a verified address to one account only, so whoever
     * else is linked there and still has it has it no longer: they get a placeholder, and two people can swap
     * addresses in whatever order the news arrives. Everybody else keeps theirs: a local user without a link, one of
     * another issuer, and, against an unverified claim, everyone.
     *
     * @param Subject $subject of whom the issuer speaks
     * @param ?EmailValue $told null: it says no address
     * @param ?EmailValue $current what the local user has; null: nothing yet
     * @param list<EmailHolder> $holders local users who have the told address, without the one it is about
     * @param bool $repeated the issuer has said this before; since then the address can have become another's
     */
    public static function make(
        Subject $subject,
        ?EmailValue $told,
        ?EmailValue $current,
        array $holders,
        EmailRule $rule,
        bool $repeated,
    ): self {
        $conflict = self::conflictOf($subject->issuer, $told, $holders, $rule, $repeated);
        if ($told === null || $conflict !== null) {
            $isNeeded = $rule->required && $current === null;
            $change = $isNeeded ? new EmailValue(PlaceholderAddress::of($subject), false) : null;
            return new self($change, [], $conflict);
        }
        $displaced = [];
        foreach ($holders as $holder) {
            if ($told->confirmed && $holder->subject !== null && $holder->isUnder($subject->issuer)) {
                $placeholder = PlaceholderAddress::of($holder->subject);
                $displaced[] = new DisplacedEmail($holder->localUserId, $holder->subject, $placeholder);
            }
        }
        $isSame = $current !== null
            && EmailAddress::isSame($current->address, $told->address)
            && $current->confirmed === $told->confirmed;
        return new self($isSame ? null : $told, $displaced);
    }

    /** @param list<EmailHolder> $holders */
    private static function conflictOf(
        string $issuer,
        ?EmailValue $told,
        array $holders,
        EmailRule $rule,
        bool $repeated,
    ): ?EmailConflict {
        if ($told === null || $holders === []) {
            return null;
        }
        if (!$told->confirmed) {
            return $rule->unique ? EmailConflict::Unverified : null;
        }
        $others = array_filter($holders, fn (EmailHolder $holder) => !$holder->isUnder($issuer));
        if ($repeated && count($others) < count($holders)) {
            return EmailConflict::MovedOn;
        }
        if (!$rule->unique || $others === []) {
            return null;
        }
        if (array_filter($others, fn (EmailHolder $holder) => $holder->subject === null) !== []) {
            return EmailConflict::HeldByUnlinkedUser;
        }
        $similar = array_filter($others, fn (EmailHolder $holder) => $holder->isSimilarOnly);
        return $similar !== [] ? EmailConflict::SimilarAddress : EmailConflict::HeldByAnotherIssuer;
    }
}
