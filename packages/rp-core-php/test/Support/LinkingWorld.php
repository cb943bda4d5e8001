<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Linking\AdoptSetting;
use Latchkey\RelyingParty\Linking\EmailRule;
use Latchkey\RelyingParty\Linking\Linker;
use Latchkey\RelyingParty\Linking\LinkerSettings;
use Latchkey\RelyingParty\Linking\LinkingEntry;
use Latchkey\RelyingParty\Linking\LinkingLog;
use Latchkey\RelyingParty\Linking\Profile;
use Latchkey\RelyingParty\Linking\ProofWay;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Linking\UsernameRule;

/** An application's users, a linker, and what it logged. */
final class LinkingWorld implements LinkingLog
{
    public const ISSUER = 'https://accounts.example.org';

    public InMemoryLocalUsers $users;
    public Linker $linker;
    /** @var list<LinkingEntry> */
    public array $entries = [];

    public function __construct(
        AdoptSetting $adopt = AdoptSetting::Proof,
        EmailRule $emailRule = new EmailRule(true, false),
    ) {
        $this->users = new InMemoryLocalUsers($emailRule->unique);
        $settings = new LinkerSettings(UsernameRule::House, $adopt, ProofWay::cases(), $emailRule);
        $this->linker = new Linker($this->users, $settings, $this);
    }

    public function record(LinkingEntry $entry): void
    {
        $this->entries[] = $entry;
    }

    /** @return list<string> */
    public function logged(): array
    {
        $line = fn (LinkingEntry $entry) => implode(': ', array_filter([$entry->event, $entry->reason]));
        return array_map($line, $this->entries);
    }

    /** What the issuer says of Alice, changed as told. */
    public static function alice(mixed ...$change): Profile
    {
        return new Profile(...[
            'subject' => new Subject(self::ISSUER, 'a11ce'),
            'preferredUsername' => 'alice',
            'name' => 'Alice Liddell',
            'email' => 'alice@example.org',
            'emailVerified' => true,
            'profileVersion' => 1,
            ...$change,
        ]);
    }

    public static function bob(mixed ...$change): Profile
    {
        return self::alice(...[
            'subject' => new Subject(self::ISSUER, 'b0b'),
            'preferredUsername' => 'bobby',
            'name' => 'Bob',
            'email' => 'bob@example.org',
            ...$change,
        ]);
    }
}
