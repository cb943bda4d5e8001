<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/**
 * Keeps local users true to what the issuer says: finds or makes a person's local user at sign-in, applies news of
 * their profile and account. Everything is decided on what stands in the records inside one exclusive section, so
 * twenty first visits at the same moment make one local user.
 */
final class Linker
{
    private const ATTEMPTS = 3;

    public function __construct(
        private LocalUsers $users,
        private LinkerSettings $settings,
        private LinkingLog $log,
    ) {
    }

    /** Who the person is here. The profile must come from a verified answer of the issuer to this very sign-in. */
    public function signIn(Profile $profile, SignInCircumstances $circumstances): SignInResult
    {
        return $this->exclusively(function (LocalUserRecords $records) use ($profile, $circumstances): array {
            $section = new LinkingSection($records, $this->settings);
            return [$section->signIn($profile, $circumstances), $section->entries];
        });
    }

    /** Takes over what the issuer says now: the answer to a heartbeat, or an event. It never makes a user. */
    public function applyProfile(Profile $profile): ApplyResult
    {
        return $this->exclusively(function (LocalUserRecords $records) use ($profile): array {
            $section = new LinkingSection($records, $this->settings);
            return [$section->applyProfile($profile), $section->entries];
        });
    }

    /**
     * The issuer has disabled the account. Ends the local user's sessions and other ways in.
     *
     * @param float $at when it happened at the issuer (`toe`); news that is older than what is known changes nothing
     */
    public function disable(Subject $subject, float $at): AccountStateResult
    {
        return $this->applyState($subject, true, $at);
    }

    /** The issuer has enabled the account again. Lifts nothing that the application itself imposed. */
    public function enable(Subject $subject, float $at): AccountStateResult
    {
        return $this->applyState($subject, false, $at);
    }

    /** The issuer has purged the account: the link is closed for ever, the person's data goes, what they wrote stays. */
    public function close(Subject $subject): AccountStateResult
    {
        return $this->exclusively(function (LocalUserRecords $records) use ($subject): array {
            $section = new AccountStateSection($records);
            return [$section->close($subject, $this->settings->emailRule), $section->entries];
        });
    }

    private function applyState(Subject $subject, bool $disabled, float $at): AccountStateResult
    {
        return $this->exclusively(function (LocalUserRecords $records) use ($subject, $disabled, $at): array {
            $section = new AccountStateSection($records);
            return [$section->apply($subject, $disabled, $at), $section->entries];
        });
    }

    /** @param callable(LocalUserRecords): array{mixed, list<LinkingEntry>} $work */
    private function exclusively(callable $work): mixed
    {
        for ($attempt = 1;; $attempt++) {
            try {
                [$result, $entries] = $this->users->exclusively($work);
                foreach ($entries as $entry) {
                    $this->log->record($entry);
                }
                return $result;
            } catch (LocalUserTakenException $taken) {
                // Somebody signed up at the application itself in between; what stands there now is decided on afresh.
                if ($attempt === self::ATTEMPTS) {
                    throw $taken;
                }
            }
        }
    }
}
