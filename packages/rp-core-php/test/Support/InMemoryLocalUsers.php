<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Linking\Link;
use Latchkey\RelyingParty\Linking\LocalUser;
use Latchkey\RelyingParty\Linking\LocalUserRecords;
use Latchkey\RelyingParty\Linking\LocalUsers;
use Latchkey\RelyingParty\Linking\LocalUserTakenException;
use Latchkey\RelyingParty\Linking\NewLocalUser;
use Latchkey\RelyingParty\Linking\Subject;

/** The application's users, kept in memory; a section that throws leaves nothing behind. */
final class InMemoryLocalUsers implements LocalUsers, LocalUserRecords
{
    private const BLANK = [
        'name' => null, 'email' => null, 'emailConfirmed' => false, 'hasElevatedRights' => false, 'disabled' => false,
        'picture' => null, 'locale' => null, 'groups' => null, 'hasLocalCredentials' => false, 'hasPrivateData' => true,
    ];

    /** @var array<string, array<string, mixed>> by id */
    public array $users = [];
    /** @var list<Link> */
    public array $links = [];
    /** Lets nobody have any name. */
    public bool $isEveryNameTaken = false;
    /** Exceptions to throw at the end of the next sections, one each. */
    public array $disturbances = [];
    private int $lastId = 0;

    public function __construct(
        private bool $uniqueEmails = true,
    ) {
    }

    /** As if somebody had signed up at the application itself. @return string the id */
    public function signUp(array $user): string
    {
        return $this->insert(['emailConfirmed' => true, 'hasLocalCredentials' => true, ...$user]);
    }

    public function change(string $id, array $change): void
    {
        $this->users[$id] = [...$this->users[$id], ...$change];
    }

    public function exclusively(callable $work): mixed
    {
        $before = [$this->users, $this->links];
        try {
            $result = $work($this);
            $disturbance = array_shift($this->disturbances);
            return $disturbance === null ? $result : throw $disturbance;
        } catch (\Throwable $thrown) {
            [$this->users, $this->links] = $before;
            throw $thrown;
        }
    }

    public function findLink(Subject $subject): ?Link
    {
        foreach ($this->links as $link) {
            if ($link->subject->equals($subject)) {
                return $link;
            }
        }
        return null;
    }

    public function linksOf(string $localUserId): array
    {
        return array_values(array_filter($this->links, fn (Link $link) => $link->localUserId === $localUserId));
    }

    public function findUser(string $id): ?LocalUser
    {
        $user = $this->users[$id] ?? null;
        return $user === null ? null : new LocalUser(
            $id,
            $user['username'],
            $user['name'],
            $user['email'],
            $user['emailConfirmed'],
            $user['hasElevatedRights'],
            $user['disabled'],
        );
    }

    public function isUsernameFree(string $username): bool
    {
        $names = array_map('strtolower', array_column($this->users, 'username'));
        return !$this->isEveryNameTaken && !in_array(strtolower($username), $names, true);
    }

    public function findUsersByEmail(string $email): array
    {
        return array_map($this->findUser(...), $this->idsWithEmail($email));
    }

    public function insertUser(NewLocalUser $user): LocalUser
    {
        return $this->findUser($this->insert(get_object_vars($user)));
    }

    public function updateUser(string $id, array $change): void
    {
        $this->requireFreeEmail($change['email'] ?? null, $id);
        $this->change($id, $change);
    }

    public function insertLink(Link $link): void
    {
        $open = array_filter($this->linksOf($link->localUserId), fn (Link $other) => !$other->closed);
        if ($this->findLink($link->subject) !== null || $open !== []) {
            throw new LocalUserTakenException(LocalUserTakenException::LINK);
        }
        $this->links[] = $link;
    }

    public function updateLink(Subject $subject, array $change): void
    {
        foreach ($this->links as $at => $link) {
            if ($link->subject->equals($subject)) {
                $this->links[$at] = new Link(...[...get_object_vars($link), ...$change]);
                return;
            }
        }
        throw new \LogicException('there is no such link');
    }

    public function removeLocalCredentials(string $localUserId): void
    {
        $this->change($localUserId, ['hasLocalCredentials' => false]);
    }

    public function removePrivateData(string $localUserId): void
    {
        $this->change($localUserId, ['hasPrivateData' => false]);
    }

    private function insert(array $user): string
    {
        if (!$this->isUsernameFree($user['username'])) {
            throw new LocalUserTakenException(LocalUserTakenException::USERNAME);
        }
        // PHP makes numbers of keys that look like one.
        $id = 'user-' . (++$this->lastId);
        $this->requireFreeEmail($user['email'] ?? null, $id);
        $this->users[$id] = [...self::BLANK, ...$user];
        return $id;
    }

    private function requireFreeEmail(?string $email, string $ownId): void
    {
        if ($this->uniqueEmails && $email !== null && array_diff($this->idsWithEmail($email), [$ownId]) !== []) {
            throw new LocalUserTakenException(LocalUserTakenException::EMAIL);
        }
    }

    /** @return list<string> */
    private function idsWithEmail(string $email): array
    {
        $has = fn (array $user) => $user['email'] !== null && self::collated($user['email']) === self::collated($email);
        return array_keys(array_filter($this->users, $has));
    }

    /** As many databases do it: without regard to case and accents. */
    private static function collated(string $text): string
    {
        $letters = preg_replace('/\p{M}/u', '', \Normalizer::normalize($text, \Normalizer::NFD));
        return mb_strtolower($letters, 'UTF-8');
    }
}
