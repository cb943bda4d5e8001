<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use Latchkey\RelyingParty\Linking\AdoptionProofState;
use Latchkey\RelyingParty\Linking\LocalDescription;
use Latchkey\RelyingParty\Linking\LocalProofs;
use Latchkey\RelyingParty\Linking\ProofOutcome;
use Latchkey\RelyingParty\Linking\ProofQuestion;
use Latchkey\RelyingParty\Linking\ProofWay;
use Latchkey\RelyingParty\Linking\ProveAdoption;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Test\Support\InMemoryAdoptionProofs;
use PHPUnit\Framework\TestCase;

final class ProveAdoptionTest extends TestCase implements LocalProofs
{
    private const ID = '7';
    private const NOW = 1000.0;

    private InMemoryAdoptionProofs $store;
    private ProveAdoption $proveAdoption;
    private Subject $subject;
    /** @var list<string> */
    private array $tokens = [];
    /** @var list<string> */
    private array $tried = [];

    protected function setUp(): void
    {
        $this->store = new InMemoryAdoptionProofs();
        $this->proveAdoption = new ProveAdoption($this->store, $this);
        $this->subject = new Subject('https://accounts.example.org', 'a11ce');
    }

    public function describe(string $localUserId): ?LocalDescription
    {
        return $localUserId === self::ID ? new LocalDescription('alice', 'alice@example.org') : null;
    }

    public function isPasswordRight(string $localUserId, string $password): bool
    {
        $this->tried[] = $password;
        return $password === 'right';
    }

    public function sendLink(string $localUserId, string $token): void
    {
        $this->tokens[] = $token;
    }

    public function testIsProvedByTheLocalPassword(): void
    {
        $this->ask();
        self::assertSame(ProofOutcome::Failed, $this->password('wrong'));
        self::assertSame(ProofOutcome::Proved, $this->password('right'));
        self::assertSame(AdoptionProofState::Proved, $this->state());
    }

    public function testIsProvedByTheMailedLinkButNotByOpeningIt(): void
    {
        $this->ask();
        self::assertSame(ProofOutcome::SendMail, $this->mail());
        for ($times = 0; $times < 3; $times++) {
            $opened = $this->proveAdoption->openMail($this->subject, self::ID, $this->tokens[0], self::NOW);
            self::assertSame(ProofOutcome::ShowConfirmation, $opened);
        }
        self::assertSame(AdoptionProofState::Asked, $this->state());
        self::assertSame(ProofOutcome::Proved, $this->confirm($this->tokens[0]));
        self::assertSame(ProofOutcome::NotPossible, $this->confirm($this->tokens[0]));
    }

    public function testKeepsNothingThatCouldBeUsedInPlaceOfTheMail(): void
    {
        $this->ask();
        $this->mail();
        self::assertMatchesRegularExpression('/^[\w-]{43}$/D', $this->tokens[0]);
        self::assertStringNotContainsString($this->tokens[0], json_encode($this->store->stored));
        $hash = $this->proveAdoption->find($this->subject, self::ID)->mailTokenHash;
        self::assertSame(ProofOutcome::Failed, $this->confirm($hash));
        self::assertSame(ProofOutcome::Failed, $this->confirm(''));
    }

    public function testTakesNoLinkInAnotherSubjectsSignIn(): void
    {
        $this->ask();
        $this->mail();
        $this->subject = new Subject('https://accounts.example.org', 'ma110ry');
        self::assertSame(ProofOutcome::NotPossible, $this->confirm($this->tokens[0]));
        $this->ask();
        self::assertSame(ProofOutcome::Failed, $this->confirm($this->tokens[0]));
    }

    public function testChecksFivePasswordsWhateverNumberOfSignIns(): void
    {
        for ($signIn = 0; $signIn < 5; $signIn++) {
            $this->ask();
            for ($guess = 0; $guess < 3; $guess++) {
                $this->password("guess {$guess}");
            }
        }
        self::assertCount(5, $this->tried);
        self::assertSame(ProofOutcome::Locked, $this->password('right'));
    }

    public function testCountsAPasswordThatAnotherProcessTriesAtTheSameMoment(): void
    {
        $this->ask();
        $this->store->beforePut = fn () => $this->password('other');
        $this->password('mine');
        self::assertSame(2, $this->proveAdoption->find($this->subject, self::ID)->passwordTries);
    }

    public function testSendsThreeMails(): void
    {
        $this->ask();
        $outcomes = array_map(fn () => $this->mail(), range(1, 10));
        self::assertCount(3, $this->tokens);
        self::assertSame(array_fill(0, 7, ProofOutcome::MailLimit), array_slice($outcomes, 3));
    }

    public function testDoesNothingWhereNothingWasAsked(): void
    {
        self::assertSame(ProofOutcome::NotPossible, $this->password('right'));
        self::assertSame(ProofOutcome::NotPossible, $this->mail());
        $declined = $this->proveAdoption->decline($this->subject, self::ID, self::NOW);
        self::assertSame(ProofOutcome::NotPossible, $declined);
        self::assertSame([[], [], []], [$this->tried, $this->tokens, $this->store->stored]);
        self::assertNull($this->proveAdoption->page($this->subject, self::ID, self::NOW));
    }

    public function testShowsWhomItIsAboutAndNothingOfALocalUserWhoIsGone(): void
    {
        $this->ask();
        $this->proveAdoption->decline($this->subject, self::ID, self::NOW);
        $page = $this->proveAdoption->page($this->subject, self::ID, self::NOW);
        self::assertSame(
            ['alice', 'a***@e***.org', 'declined'],
            [$page->username, $page->maskedEmail, $page->state],
        );
        $this->proveAdoption->ask(new ProofQuestion($this->subject, '99', [ProofWay::Password]), self::NOW);
        self::assertNull($this->proveAdoption->page($this->subject, '99', self::NOW));
    }

    private function ask(): void
    {
        $this->proveAdoption->ask(new ProofQuestion($this->subject, self::ID, ProofWay::cases()), self::NOW);
    }

    private function password(string $password): ProofOutcome
    {
        return $this->proveAdoption->tryPassword($this->subject, self::ID, $password, self::NOW);
    }

    private function mail(): ProofOutcome
    {
        return $this->proveAdoption->sendMail($this->subject, self::ID, self::NOW);
    }

    private function confirm(string $token): ProofOutcome
    {
        return $this->proveAdoption->confirmMail($this->subject, self::ID, $token, self::NOW);
    }

    private function state(): ?AdoptionProofState
    {
        return $this->proveAdoption->find($this->subject, self::ID)?->state;
    }
}
