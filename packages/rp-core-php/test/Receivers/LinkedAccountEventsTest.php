<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Receivers;

use Latchkey\RelyingParty\Linking\SignInCircumstances;
use Latchkey\RelyingParty\Linking\SignInManner;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Receivers\LinkedAccountEvents;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Test\Support\InMemorySessions;
use Latchkey\RelyingParty\Test\Support\LinkingWorld;
use Latchkey\RelyingParty\Test\Support\NotedLog;
use PHPUnit\Framework\TestCase;

final class LinkedAccountEventsTest extends TestCase
{
    private LinkingWorld $world;
    private InMemorySessions $sessions;
    private NotedLog $log;
    private LinkedAccountEvents $events;
    private Subject $alice;

    protected function setUp(): void
    {
        $this->world = new LinkingWorld();
        $this->sessions = new InMemorySessions();
        $this->log = new NotedLog();
        $this->events = new LinkedAccountEvents($this->world->linker, $this->sessions, $this->log);
        $this->alice = LinkingWorld::alice()->subject;
        $circumstances = new SignInCircumstances(SignInManner::Interactive, 1000, 1000);
        $this->world->linker->signIn(LinkingWorld::alice(), $circumstances);
        $this->world->linker->signIn(LinkingWorld::bob(), $circumstances);
    }

    public function testTakesOverNewClaimsOfWhomTheEventNames(): void
    {
        $this->events->claimsChanged($this->alice, (object) ['name' => 'Alicia', 'profile_version' => 2]);
        self::assertSame(['Alicia', 'Bob'], array_column($this->world->users->users, 'name'));
    }

    public function testMakesWhoseAddressMovedOnReadTheirProfileAnew(): void
    {
        $bob = LinkingWorld::bob()->subject;
        $this->sessions->insert(new LocalSession(
            'hash',
            $bob->issuer,
            $bob->sub,
            'sid',
            'user-2',
            null,
            [],
            'sealed',
            null,
            null,
            1000,
            1000,
            false,
            9000,
        ));
        $claims = ['email' => 'bob@example.org', 'email_verified' => true, 'profile_version' => 2];
        $this->events->claimsChanged($this->alice, (object) $claims);
        self::assertTrue($this->sessions->find('hash')->distrusted);
    }

    public function testTakesNoClaimsThatNameAnotherPerson(): void
    {
        $this->events->claimsChanged($this->alice, (object) ['sub' => 'b0b', 'name' => 'Mallory']);
        self::assertSame(['Alice Liddell', 'Bob'], array_column($this->world->users->users, 'name'));
        self::assertSame([['events.claims-not-read', ['fault' => 'subject-mismatch']]], $this->log->notes);
    }

    public function testDisablesEnablesAndClosesAndKnowsNobodyWhoWasNeverHere(): void
    {
        $this->events->disabled($this->alice, 2000);
        self::assertTrue($this->world->users->links[0]->disabled);
        $this->events->enabled($this->alice, 2001);
        self::assertFalse($this->world->users->links[0]->disabled);
        $this->events->purged($this->alice, 2002);
        self::assertTrue($this->world->users->links[0]->closed);
        $stranger = new Subject(LinkingWorld::ISSUER, 'never-here');
        $this->events->disabled($stranger, 2000);
        self::assertSame('unknown-subject', end($this->log->notes)[1]['result']);
    }
}
