<?php

declare(strict_types=1);

namespace Latchkey\WordPress;

use Latchkey\WordPress\Config\Configuration;
use Latchkey\WordPress\Config\Place;
use Latchkey\WordPress\Core\Linking\EmailRule;
use Latchkey\WordPress\Core\Linking\Linker;
use Latchkey\WordPress\Core\Linking\LinkerSettings;
use Latchkey\WordPress\Core\Linking\ProofWay;
use Latchkey\WordPress\Core\Linking\ProveAdoption;
use Latchkey\WordPress\Core\Linking\UsernameRule;
use Latchkey\WordPress\Core\RelyingParty;
use Latchkey\WordPress\Core\Settings;
use Latchkey\WordPress\Endpoints\Parts;
use Latchkey\WordPress\Http\IncomingRequest;
use Latchkey\WordPress\Http\WordPressHttpClient;
use Latchkey\WordPress\Pages\SignInPages;
use Latchkey\WordPress\Session\Recognition;
use Latchkey\WordPress\Session\SessionRows;
use Latchkey\WordPress\Session\SessionTable;
use Latchkey\WordPress\Session\WordPressBrowser;
use Latchkey\WordPress\Store\EventLog;
use Latchkey\WordPress\Store\KeptCache;
use Latchkey\WordPress\Store\KeptOneTime;
use Latchkey\WordPress\Store\KeptProofs;
use Latchkey\WordPress\Store\KeptValues;
use Latchkey\WordPress\Users\LinkTable;
use Latchkey\WordPress\Users\LocalCredentials;
use Latchkey\WordPress\Users\PasswordProofs;
use Latchkey\WordPress\Users\Roles;
use Latchkey\WordPress\Users\UserRecords;
use Latchkey\WordPress\Users\WordPressUsers;

/** Puts the parts together, each when it is first needed. */
final class Services
{
    private ?Configuration $configuration = null;
    private ?Place $place = null;
    private ?RelyingParty $relyingParty = null;
    private ?string $problem = null;
    private ?WordPressBrowser $browser = null;
    private ?Recognition $recognition = null;
    private ?KeptValues $kept = null;

    public function configuration(): Configuration
    {
        return $this->configuration ??= new Configuration();
    }

    public function place(): Place
    {
        $permalinks = (string) get_option('permalink_structure');
        return $this->place ??= Place::of((string) get_option('home'), $permalinks);
    }

    /** @return ?RelyingParty null where something is not set, or cannot be used; `problem` says what */
    public function relyingParty(): ?RelyingParty
    {
        if ($this->problem === null) {
            $this->problem = '';
            try {
                $this->relyingParty = $this->assemble();
            } catch (\RangeException $fault) {
                $this->problem = $fault->getMessage();
            }
        }
        return $this->relyingParty;
    }

    /** Why nobody can sign in, for the administrator; empty where they can. */
    public function problem(): string
    {
        $this->relyingParty();
        return (string) $this->problem;
    }

    public function recognition(): Recognition
    {
        return $this->recognition ??= new Recognition(
            $this->relyingParty(...),
            $this->configuration(),
            $this->place(),
            $this->links(),
            $this->browser(),
        );
    }

    public function browser(): WordPressBrowser
    {
        return $this->browser ??= new WordPressBrowser(new SessionRows());
    }

    public function links(): LinkTable
    {
        return new LinkTable();
    }

    public function log(): EventLog
    {
        return new EventLog();
    }

    public function kept(): KeptValues
    {
        return $this->kept ??= new KeptValues();
    }

    public function pages(): SignInPages
    {
        return new SignInPages($this->place(), $this->configuration());
    }

    public function proveAdoption(): ProveAdoption
    {
        return new ProveAdoption(new KeptProofs($this->kept()), new PasswordProofs($this->place()));
    }

    public function sessions(): SessionTable
    {
        return new SessionTable($this->kept(), new SessionRows());
    }

    public function parts(): ?Parts
    {
        $relyingParty = $this->relyingParty();
        return $relyingParty === null ? null : new Parts(
            $relyingParty,
            $this->proveAdoption(),
            $this->place(),
            $this->pages(),
            $this->browser(),
            IncomingRequest::received(),
        );
    }

    /** @throws \RangeException naming what is not set, or cannot be used */
    public function settings(): Settings
    {
        $configuration = $this->configuration();
        foreach (['issuer', 'client_id'] as $name) {
            if ($configuration->text($name) === '') {
                throw new \RangeException("{$name} is not set");
            }
        }
        if ($configuration->clientSecret() === '') {
            throw new \RangeException('client_secret is not set, or was sealed with other keys of wp-config.php');
        }
        return new Settings(
            issuer: $configuration->issuer(),
            clientId: $configuration->clientId(),
            clientSecret: $configuration->clientSecret(),
            origin: $this->place()->origin,
            redirectUri: $this->place()->url('callback'),
            ownPath: $this->place()->ownPath,
            cookieSecret: Configuration::cookieSecret(),
            cookieWord: 'latchkey',
            scope: 'openid profile email groups',
        );
    }

    private function assemble(): RelyingParty
    {
        $settings = $this->settings();
        $configuration = $this->configuration();
        $records = new UserRecords(
            $this->links(),
            new Roles($configuration->roles()),
            new LocalCredentials(),
            $configuration->areLocalEmailsConfirmed(),
        );
        $linkerSettings = new LinkerSettings(
            UsernameRule::WordPress,
            $configuration->adopt(),
            [ProofWay::Password, ProofWay::Mail],
            new EmailRule(unique: true, required: true),
        );
        return new RelyingParty(
            $settings,
            new WordPressHttpClient(),
            new KeptCache($this->kept()),
            $this->sessions(),
            new KeptOneTime($this->kept()),
            new Linker(new WordPressUsers($records), $linkerSettings, $this->log()),
            $this->log(),
            $this->proveAdoption(),
        );
    }
}
