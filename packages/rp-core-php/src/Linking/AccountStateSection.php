<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** The work of one exclusive section on what the issuer says of an account. */
final class AccountStateSection
{
    /** @var list<LinkingEntry> what is to be logged once it is kept */
    public array $entries = [];

    public function __construct(
        private LocalUserRecords $records,
    ) {
    }

    /**
     * Keeps on the link that the issuer disabled or enabled the account; disabling ends the other ways in, too.
     *
     * @param float $at on the issuer's clock, in seconds since 1970
     */
    public function apply(Subject $subject, bool $disabled, float $at): AccountStateResult
    {
        $link = $this->records->findLink($subject);
        if ($link === null) {
            return new AccountStateResult(AccountStateResultKind::UnknownSubject);
        }
        $id = $link->localUserId;
        if ($link->closed) {
            return new AccountStateResult(AccountStateResultKind::Unchanged, $id);
        }
        $changes = $link->disabled !== $disabled;
        if (self::isStale($disabled, $at, $link->accountStateAtSeconds)) {
            $kind = $changes ? AccountStateResultKind::Stale : AccountStateResultKind::Unchanged;
            return new AccountStateResult($kind, $id);
        }
        $this->records->updateLink($subject, ['disabled' => $disabled, 'accountStateAtSeconds' => $at]);
        if (!$changes) {
            return new AccountStateResult(AccountStateResultKind::Unchanged, $id);
        }
        if ($disabled && $this->records->findUser($id) !== null) {
            $this->records->removeLocalCredentials($id);
        }
        $this->entries[] = new LinkingEntry($subject, $disabled ? 'disabled' : 'enabled', $id);
        return new AccountStateResult(AccountStateResultKind::Changed, $id);
    }

    /** Closes the link of a purged account, and removes the person's data from the local user; what they wrote stays. */
    public function close(Subject $subject, EmailRule $emailRule): AccountStateResult
    {
        $link = $this->records->findLink($subject);
        if ($link === null) {
            return new AccountStateResult(AccountStateResultKind::UnknownSubject);
        }
        $id = $link->localUserId;
        if ($link->closed) {
            return new AccountStateResult(AccountStateResultKind::Unchanged, $id);
        }
        $this->records->updateLink($subject, ['closed' => true]);
        if ($this->records->findUser($id) !== null) {
            $this->records->removeLocalCredentials($id);
            $this->records->updateUser($id, [
                'name' => null,
                'email' => $emailRule->required ? PlaceholderAddress::of($subject) : null,
                'emailConfirmed' => false,
                'picture' => null,
                'locale' => null,
                'groups' => [],
            ]);
            $this->records->removePrivateData($id);
        }
        $this->entries[] = new LinkingEntry($subject, 'closed', $id);
        return new AccountStateResult(AccountStateResultKind::Changed, $id);
    }

    /**
     * True where the news changes nothing any more. In one second both can have happened; then the account stays
     * disabled until a sign-in shows that it is not.
     */
    private static function isStale(bool $disabled, float $at, ?float $known): bool
    {
        if ($known === null) {
            return false;
        }
        return $disabled ? floor($at) < floor($known) : floor($at) <= floor($known);
    }
}
