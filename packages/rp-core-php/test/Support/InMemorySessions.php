<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Session\EndedSessions;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Session\LocalSessionStore;

/** Forgets no end. */
final class InMemorySessions implements LocalSessionStore
{
    /** @var array<string, LocalSession> */
    public array $sessions = [];
    /** Called before the next `update`: something that happens at the same moment. */
    public ?\Closure $beforeUpdate = null;
    /** @var array<string, bool> methods that fail once */
    public array $failing = [];
    /** @var list<array{EndedSessions, float}> */
    private array $ends = [];

    public function insert(LocalSession $session): bool
    {
        foreach ($this->ends as [$ended, $endedAt]) {
            if ($ended->contains($session, $endedAt)) {
                return false;
            }
        }
        $this->sessions[$session->idHash] = $session;
        return true;
    }

    public function find(string $idHash): ?LocalSession
    {
        return $this->sessions[$idHash] ?? null;
    }

    public function update(string $idHash, array $change): bool
    {
        [$beforeUpdate, $this->beforeUpdate] = [$this->beforeUpdate, null];
        $beforeUpdate?->__invoke();
        if (!isset($this->sessions[$idHash])) {
            return false;
        }
        $this->sessions[$idHash] = $this->sessions[$idHash]->with($change);
        return true;
    }

    public function delete(string $idHash): void
    {
        unset($this->sessions[$idHash]);
    }

    public function end(EndedSessions $ended, float $endedAt): int
    {
        $this->failIfTold(__FUNCTION__);
        $this->ends[] = [$ended, $endedAt];
        $before = count($this->sessions);
        $stays = fn (LocalSession $session) => !$ended->contains($session, $endedAt);
        $this->sessions = array_filter($this->sessions, $stays);
        return $before - count($this->sessions);
    }

    public function distrust(Subject $subject): void
    {
        $this->failIfTold(__FUNCTION__);
        foreach ($this->sessions as $idHash => $session) {
            if ($session->issuer === $subject->issuer && $session->sub === $subject->sub) {
                $this->sessions[$idHash] = $session->with(['distrusted' => true]);
            }
        }
    }

    private function failIfTold(string $method): void
    {
        if ($this->failing[$method] ?? false) {
            unset($this->failing[$method]);
            throw new \RuntimeException('the disk is full');
        }
    }
}
