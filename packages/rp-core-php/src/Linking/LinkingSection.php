<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** The work of one exclusive section on a person's profile. */
final class LinkingSection
{
    /** @var list<LinkingEntry> what is to be logged once it is kept */
    public array $entries = [];

    public function __construct(
        private LocalUserRecords $records,
        private LinkerSettings $settings,
    ) {
    }

    public function signIn(Profile $profile, SignInCircumstances $circumstances): SignInResult
    {
        $link = $this->records->findLink($profile->subject);
        $linked = $link === null ? null : $this->records->findUser($link->localUserId);
        $sameEmail = $link === null ? $this->usersWithEmail($profile) : [];
        $decision = LinkDecision::decide($this->facts($profile, $circumstances, $link, $linked, $sameEmail));
        switch ($decision->kind) {
            case LinkDecisionKind::Wait:
                return new SignInResult(SignInResultKind::Wait);
            case LinkDecisionKind::Refuse:
                return $this->refused($profile, $decision->reason, $link);
            case LinkDecisionKind::AskProof:
                return $this->proof($decision, $sameEmail);
            case LinkDecisionKind::Create:
                return $this->create($profile, $decision->reason);
            case LinkDecisionKind::Adopt:
                return $this->adopt($profile, self::candidate($decision, $sameEmail), $decision->reason);
            case LinkDecisionKind::Use:
                if ($link === null || $linked === null) {
                    throw new \LogicException('decided to use a link that is not there');
                }
                if ($decision->reason === 'enabled-since') {
                    $this->enableSince($link, $circumstances->issuedAtSeconds);
                }
                return $this->user($profile, $linked, displaced: $this->update($profile, $linked, $link) ?? []);
        }
    }

    public function applyProfile(Profile $profile): ApplyResult
    {
        $link = $this->records->findLink($profile->subject);
        if ($link === null) {
            return new ApplyResult(ApplyResultKind::UnknownSubject);
        }
        $localUser = $this->records->findUser($link->localUserId);
        $reason = match (true) {
            $link->closed => 'link-closed',
            $localUser?->disabled === true => 'local-user-disabled',
            $link->disabled => 'account-disabled',
            $localUser === null => 'local-user-missing',
            default => null,
        };
        if ($reason !== null) {
            return new ApplyResult(ApplyResultKind::Refused, reason: $reason);
        }
        $displaced = $this->update($profile, $localUser, $link);
        return $displaced === null
            ? new ApplyResult(ApplyResultKind::Stale, $localUser->id)
            : new ApplyResult(ApplyResultKind::Applied, $localUser->id, $displaced);
    }

    /** @param list<LocalUser> $sameEmail */
    private function facts(
        Profile $profile,
        SignInCircumstances $circumstances,
        ?Link $link,
        ?LocalUser $linked,
        array $sameEmail,
    ): LinkFacts {
        $candidates = [];
        foreach ($sameEmail as $user) {
            $candidates[] = new AdoptionCandidate(
                $user->id,
                $this->records->linksOf($user->id) !== [],
                $user->hasElevatedRights,
                $user->emailConfirmed,
                $user->disabled,
            );
        }
        return new LinkFacts(
            self::linkState($link, $linked),
            $circumstances->how,
            floor($circumstances->issuedAtSeconds),
            $profile->emailVerified,
            $candidates,
            $link === null && $this->isUsernameHeld($profile),
            $this->settings->adopt,
            $this->settings->proofWays,
            AdoptionProof::standing($circumstances->proof, $profile->subject, $circumstances->nowSeconds),
        );
    }

    private static function linkState(?Link $link, ?LocalUser $localUser): LinkState
    {
        if ($link === null) {
            return LinkState::none();
        }
        if ($link->closed) {
            return LinkState::closed();
        }
        $isDisabled = $localUser?->disabled === true;
        return LinkState::open(
            $localUser === null ? 'missing' : ($isDisabled ? 'disabled' : 'active'),
            $link->disabled ? floor($link->accountStateAtSeconds ?? PHP_FLOAT_MAX) : null,
        );
    }

    private function isUsernameHeld(Profile $profile): bool
    {
        foreach ($this->usernames($profile) as $first) {
            return !$this->records->isUsernameFree($first);
        }
        return false;
    }

    /** @return iterable<string> */
    private function usernames(Profile $profile): iterable
    {
        $rule = $this->settings->usernameRule;
        return LocalUsername::candidates($rule, $profile->subject, $profile->preferredUsername);
    }

    /**
     * Local users with exactly this address. Databases also find others' (`é` for `e`): these hold the address
     * against a new user, but are nobody to adopt.
     *
     * @return list<LocalUser>
     */
    private function usersWithEmail(Profile $profile): array
    {
        if ($profile->email === null) {
            return [];
        }
        $isSame = fn (LocalUser $user) => $user->email !== null && EmailAddress::isSame($user->email, $profile->email);
        return array_values(array_filter($this->records->findUsersByEmail($profile->email), $isSame));
    }

    /** @return list<EmailHolder> */
    private function holders(Profile $profile, ?string $exceptId): array
    {
        $holders = [];
        foreach ($profile->email === null ? [] : $this->records->findUsersByEmail($profile->email) as $user) {
            if ($user->id === $exceptId) {
                continue;
            }
            $subject = null;
            foreach ($this->records->linksOf($user->id) as $link) {
                if (!$link->closed) {
                    $subject = $link->subject;
                }
            }
            $isSimilarOnly = $user->email === null || !EmailAddress::isSame($user->email, $profile->email);
            $holders[] = new EmailHolder($user->id, $subject, $isSimilarOnly);
        }
        return $holders;
    }

    /** @param list<LocalUser> $sameEmail */
    private static function candidate(LinkDecision $decision, array $sameEmail): LocalUser
    {
        foreach ($sameEmail as $user) {
            if ($user->id === $decision->localUserId) {
                return $user;
            }
        }
        throw new \LogicException('decided about a local user who is no candidate');
    }

    /** @param list<LocalUser> $sameEmail */
    private function proof(LinkDecision $decision, array $sameEmail): SignInResult
    {
        $candidate = self::candidate($decision, $sameEmail);
        return new SignInResult(
            SignInResultKind::Proof,
            localUserId: $candidate->id,
            username: $candidate->username,
            maskedEmail: $candidate->email === null ? null : EmailAddress::mask($candidate->email),
            ways: $decision->ways ?? [],
        );
    }

    private function create(Profile $profile, string $reason): SignInResult
    {
        $username = $this->freeUsername($profile);
        if ($username === null) {
            return $this->refused($profile, 'no-username-free', null);
        }
        $email = EmailPlan::make(
            $profile->subject,
            $profile->email === null ? null : new EmailValue($profile->email, $profile->emailVerified),
            null,
            $this->holders($profile, null),
            $this->settings->emailRule,
            false,
        );
        $displaced = $this->displace($email->displaced);
        $localUser = $this->records->insertUser(new NewLocalUser(
            $username,
            $profile->name,
            $email->change?->address,
            $email->change?->confirmed ?? false,
            $profile->picture,
            $profile->locale,
            $profile->groups,
        ));
        $this->records->insertLink(new Link($profile->subject, $localUser->id, $profile->profileVersion));
        $this->entries[] = new LinkingEntry($profile->subject, 'created', $localUser->id, $reason);
        $this->conflict($profile, $localUser->id, $email->conflict);
        return $this->user($profile, $localUser, created: true, displaced: $displaced);
    }

    private function adopt(Profile $profile, LocalUser $localUser, string $reason): SignInResult
    {
        $link = new Link($profile->subject, $localUser->id);
        $this->records->insertLink($link);
        $this->records->removeLocalCredentials($localUser->id);
        $this->entries[] = new LinkingEntry($profile->subject, 'adopted', $localUser->id, $reason);
        $displaced = $this->update($profile, $localUser, $link) ?? [];
        return $this->user($profile, $localUser, adopted: true, displaced: $displaced);
    }

    /** @return ?list<Subject> null where the profile is stale, else whose address moved on */
    private function update(Profile $profile, LocalUser $localUser, Link $link): ?array
    {
        $email = $localUser->email;
        $plan = ProfileUpdatePlan::make(
            $localUser->name,
            $email === null ? null : new EmailValue($email, $localUser->emailConfirmed),
            $link->profileVersion,
            $profile,
            $this->holders($profile, $localUser->id),
            $this->settings->emailRule,
        );
        if ($plan === null) {
            return null;
        }
        $displaced = $this->displace($plan->displaced);
        if ($plan->change !== []) {
            $this->records->updateUser($localUser->id, $plan->change);
        }
        if ($plan->profileVersion !== $link->profileVersion) {
            $this->records->updateLink($link->subject, ['profileVersion' => $plan->profileVersion]);
        }
        $this->conflict($profile, $localUser->id, $plan->conflict);
        return $displaced;
    }

    /**
     * @param list<DisplacedEmail> $displaced
     * @return list<Subject>
     */
    private function displace(array $displaced): array
    {
        foreach ($displaced as $one) {
            $change = ['email' => $one->placeholder, 'emailConfirmed' => false];
            $this->records->updateUser($one->localUserId, $change);
            $this->entries[] = new LinkingEntry($one->subject, 'email-displaced', $one->localUserId);
        }
        return array_map(fn (DisplacedEmail $one) => $one->subject, $displaced);
    }

    private function enableSince(Link $link, float $issuedAtSeconds): void
    {
        $change = ['disabled' => false, 'accountStateAtSeconds' => $issuedAtSeconds];
        $this->records->updateLink($link->subject, $change);
        $this->entries[] = new LinkingEntry($link->subject, 'enabled', $link->localUserId);
    }

    private function freeUsername(Profile $profile): ?string
    {
        foreach ($this->usernames($profile) as $candidate) {
            if ($this->records->isUsernameFree($candidate)) {
                return $candidate;
            }
        }
        return null;
    }

    private function conflict(Profile $profile, string $localUserId, ?EmailConflict $conflict): void
    {
        if ($conflict !== null) {
            $this->entries[] = new LinkingEntry($profile->subject, 'email-conflict', $localUserId, $conflict->value);
        }
    }

    private function refused(Profile $profile, string $reason, ?Link $link): SignInResult
    {
        $this->entries[] = new LinkingEntry($profile->subject, 'refused', $link?->localUserId, $reason);
        return new SignInResult(SignInResultKind::Refused, reason: $reason);
    }

    /** @param list<Subject> $displaced */
    private function user(
        Profile $profile,
        LocalUser $localUser,
        bool $created = false,
        bool $adopted = false,
        array $displaced = [],
    ): SignInResult {
        $rule = $this->settings->usernameRule;
        return new SignInResult(
            SignInResultKind::User,
            localUserId: $localUser->id,
            username: $localUser->username,
            created: $created,
            adopted: $adopted,
            usernameDiffers: LocalUsername::differs($rule, $localUser->username, $profile->preferredUsername),
            displaced: $displaced,
        );
    }
}
