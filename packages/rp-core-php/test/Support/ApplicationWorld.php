<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Http\FormFields;
use Latchkey\RelyingParty\Linking\LocalDescription;
use Latchkey\RelyingParty\Linking\LocalProofs;
use Latchkey\RelyingParty\Linking\ProveAdoption;
use Latchkey\RelyingParty\RelyingParty;
use Latchkey\RelyingParty\SignIn\CallbackAnswer;
use Latchkey\RelyingParty\SignIn\Sending;

/** An application at an issuer that the test plays, and what a browser does with both. */
final class ApplicationWorld implements LocalProofs
{
    public const HINT = '__Secure-latchkey-hint';

    public IssuerDouble $issuer;
    public LinkingWorld $linking;
    public InMemorySessions $store;
    public InMemoryOneTimeStore $oneTime;
    public NotedLog $log;
    public ProveAdoption $proveAdoption;

    public function __construct()
    {
        $this->issuer = new IssuerDouble();
        $this->issuer->tokens = ['expires_in' => null];
        $this->linking = new LinkingWorld();
        $this->store = new InMemorySessions();
        $this->oneTime = new InMemoryOneTimeStore();
        $this->log = new NotedLog();
        $this->proveAdoption = new ProveAdoption(new InMemoryAdoptionProofs(), $this);
        $this->issuer->profiles['bearer-1'] = [
            'sub' => 'a11ce', 'preferred_username' => 'alice', 'name' => 'Alice', 'email' => 'alice@example.org',
            'email_verified' => true, 'profile_version' => 1,
        ];
    }

    /** As each PHP process has one. */
    public function app(): RelyingParty
    {
        return new RelyingParty(
            $this->issuer->settings,
            $this->issuer->http,
            $this->issuer->cache,
            $this->store,
            $this->oneTime,
            $this->linking->linker,
            $this->log,
            $this->proveAdoption,
            $this->issuer->clock,
        );
    }

    public function browser(?string $hint = null): Browser
    {
        $browser = new Browser();
        $browser->cookies = $hint === null ? [] : [self::HINT => $hint];
        return $browser;
    }

    public function start(Browser $browser, string $returnPath = '/notes'): Sending
    {
        $sending = $this->app()->start->begin($browser->request(), $returnPath);
        $browser->take($sending->setCookies);
        return $sending;
    }

    /** The issuer answers a trip, and the browser comes back. @param array<string, ?string> $change of the callback */
    public function comeBack(Browser $browser, Sending $sending, array $change = []): CallbackAnswer
    {
        $answer = $this->app()->callback->take($browser->request($this->answerTo($sending, $change)), $browser);
        $browser->take($answer->setCookies);
        return $answer;
    }

    /** @param array<string, ?string> $change */
    public function answerTo(Sending $sending, array $change = []): string
    {
        $sent = new FormFields(explode('?', $sending->url, 2)[1]);
        return http_build_query([
            'code' => 'code-' . $sent->only('nonce'),
            'state' => $sent->only('state'),
            'iss' => IssuerDouble::ISSUER,
            ...$change,
        ]);
    }

    public function signIn(Browser $browser): CallbackAnswer
    {
        return $this->comeBack($browser, $this->start($browser));
    }

    /** As somebody else, in another session of the issuer. */
    public function becomeBob(): void
    {
        $this->issuer->claims = ['sub' => 'b0b', 'sid' => 'sid-2', 'latchkey_hint' => 'BBBB'];
        $this->issuer->tokens = ['access_token' => 'bearer-2', 'expires_in' => null];
        $this->issuer->profiles['bearer-2'] = ['sub' => 'b0b', 'preferred_username' => 'bobby', 'name' => 'Bob'];
    }

    public function describe(string $localUserId): ?LocalDescription
    {
        $user = $this->linking->users->findUser($localUserId);
        return $user === null ? null : new LocalDescription($user->username, $user->email);
    }

    public function isPasswordRight(string $localUserId, string $password): bool
    {
        return $password === 'right';
    }

    public function sendLink(string $localUserId, string $token): void
    {
    }
}
