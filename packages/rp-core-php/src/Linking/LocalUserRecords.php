<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Local users and links inside an exclusive section. A row that is not there is null; changing one throws. */
interface LocalUserRecords
{
    /** Compares issuer and `sub` byte by byte: many databases' default comparison takes `A` for `a`. Closed ones too. */
    public function findLink(Subject $subject): ?Link;

    /** @return list<Link> every link that the local user ever had; at most one is open */
    public function linksOf(string $localUserId): array;

    public function findUser(string $id): ?LocalUser;

    /** False where a user has that name, as the application compares names, or where it lets nobody have it. */
    public function isUsernameFree(string $username): bool;

    /** @return list<LocalUser> as the application compares addresses; more than one where they need not be unique */
    public function findUsersByEmail(string $email): array;

    /** @throws LocalUserTakenException `USERNAME`, `EMAIL` */
    public function insertUser(NewLocalUser $user): LocalUser;

    /**
     * Sends the user no mail about it.
     *
     * @param array{name?: ?string, email?: ?string, emailConfirmed?: bool, picture?: ?string, locale?: ?string,
     *     groups?: list<string>} $change only what is present changes; null clears. The user name never changes
     * @throws LocalUserTakenException `EMAIL`
     */
    public function updateUser(string $id, array $change): void;

    /** @throws LocalUserTakenException `LINK`: the subject has a link, open or closed, or the local user an open one */
    public function insertLink(Link $link): void;

    /**
     * @param array{profileVersion?: ?int, disabled?: bool, accountStateAtSeconds?: ?float, closed?: bool} $change
     *     only what is present changes
     */
    public function updateLink(Subject $subject, array $change): void;

    /**
     * Leaves the issuer as the only way in: removes password, application and bot passwords, API keys and what is
     * under way to reset or change one, and ends all local sessions.
     */
    public function removeLocalCredentials(string $localUserId): void;

    /** Removes what the application itself knows of the person beyond `updateUser`; what they wrote stays. */
    public function removePrivateData(string $localUserId): void;
}
