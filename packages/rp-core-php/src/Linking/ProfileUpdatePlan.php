<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What a profile changes in its local user. */
final class ProfileUpdatePlan
{
    /**
     * @param array<string, mixed> $change as in `LocalUserRecords::updateUser`
     * @param list<DisplacedEmail> $displaced carried out before `change`
     * @param ?int $profileVersion what the link keeps
     */
    private function __construct(
        public readonly array $change,
        public readonly array $displaced,
        public readonly ?int $profileVersion,
        public readonly ?EmailConflict $conflict,
    ) {
    }

    /**
     * Decides what a profile changes in its local user. What was not told stays as it is: the application may not be
     * granted that claim. A profile without version is always applied; the link keeps the last version it knew. The
     * same version again is applied again, because events carry only some of the claims, but takes no address from
     * anybody.
     *
     * @param ?string $name what the local user has
     * @param ?EmailValue $email what the local user has
     * @param ?int $linkProfileVersion of the newest profile that was applied through this link; null: none had one
     * @param list<EmailHolder> $holders other local users who have the told address
     * @return ?self null: the profile is older than what was applied, and nothing changes
     */
    public static function make(
        ?string $name,
        ?EmailValue $email,
        ?int $linkProfileVersion,
        Profile $profile,
        array $holders,
        EmailRule $emailRule,
    ): ?self {
        $version = $profile->profileVersion;
        $isCounted = $version !== null && $linkProfileVersion !== null;
        if ($isCounted && $version < $linkProfileVersion) {
            return null;
        }
        $plan = EmailPlan::make(
            $profile->subject,
            $profile->email === null ? null : new EmailValue($profile->email, $profile->emailVerified),
            $email,
            $holders,
            $emailRule,
            $isCounted && $version === $linkProfileVersion,
        );
        $change = [];
        if ($profile->name !== null && $profile->name !== $name) {
            $change['name'] = $profile->name;
        }
        if ($plan->change !== null) {
            $change['email'] = $plan->change->address;
            $change['emailConfirmed'] = $plan->change->confirmed;
        }
        foreach (['picture', 'locale', 'groups'] as $member) {
            if ($profile->{$member} !== null) {
                $change[$member] = $profile->{$member};
            }
        }
        return new self($change, $plan->displaced, $version ?? $linkProfileVersion, $plan->conflict);
    }
}
