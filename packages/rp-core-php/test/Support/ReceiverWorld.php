<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Receivers\AccountEvents;
use Latchkey\RelyingParty\Receivers\LogoutTokenReceiver;
use Latchkey\RelyingParty\Receivers\LogoutTokenVerifier;
use Latchkey\RelyingParty\Receivers\SecurityEventReceiver;
use Latchkey\RelyingParty\Receivers\SecurityEventVerifier;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Tokens\IssuerKeys;
use Latchkey\RelyingParty\Tokens\SigningAlgorithm;
use Latchkey\RelyingParty\Tokens\TokenExpectations;
use stdClass;

/** An application that receives what the issuer of a vector file sends, with its stores and a clock. */
final class ReceiverWorld implements AccountEvents
{
    public TestClock $clock;
    public ScriptedHttp $http;
    public InMemorySessions $sessions;
    public InMemoryOneTimeStore $used;
    public NotedLog $log;
    public IssuerKeys $keys;
    /** @var list<array<string, mixed>> what the application was told */
    public array $calls = [];
    public bool $isFailing = false;

    public function __construct(
        private stdClass $vectors,
    ) {
        $this->clock = new TestClock($vectors->accepted[0]->now);
        $this->http = new ScriptedHttp();
        $this->http->answers["{$vectors->issuer}/jwks"] = ScriptedHttp::json($vectors->jwks);
        $this->sessions = new InMemorySessions();
        $this->used = new InMemoryOneTimeStore();
        $this->log = new NotedLog();
        $this->keys = new IssuerKeys(
            $vectors->issuer,
            fn () => "{$vectors->issuer}/jwks",
            $this->http,
            new InMemoryCache($this->clock),
            $this->clock,
        );
    }

    /** @param ?list<SigningAlgorithm> $algorithms */
    public function expectations(?array $algorithms = null): TokenExpectations
    {
        return new TokenExpectations($this->vectors->issuer, $this->vectors->client_id, $this->keys, $algorithms);
    }

    public function logoutTokens(): LogoutTokenReceiver
    {
        $verifier = new LogoutTokenVerifier($this->expectations());
        return new LogoutTokenReceiver($verifier, $this->sessions, $this->used, $this->clock, $this->log);
    }

    public function securityEvents(): SecurityEventReceiver
    {
        $verifier = new SecurityEventVerifier($this->expectations());
        return new SecurityEventReceiver($verifier, $this, $this->sessions, $this->used, $this->clock, $this->log);
    }

    /** @param stdClass $session of the vectors */
    public function begin(stdClass $session): bool
    {
        return $this->sessions->insert(new LocalSession(
            idHash: $session->name,
            issuer: $this->vectors->issuer,
            sub: $session->sub,
            sid: $session->sid,
            localUserId: 'user-1',
            hint: null,
            foreignHints: [],
            sealedTokens: 'sealed',
            accessTokenExpiresAt: null,
            profileEtag: null,
            begunAt: $session->begun_at,
            provedAt: $session->begun_at,
            distrusted: false,
            expiresAt: $session->begun_at + 86_400,
        ));
    }

    /** @return list<string> names of the sessions that are there */
    public function left(): array
    {
        return array_keys($this->sessions->sessions);
    }

    /** @return list<string> */
    public function distrusted(): array
    {
        $isDistrusted = fn (LocalSession $session) => $session->distrusted;
        return array_keys(array_filter($this->sessions->sessions, $isDistrusted));
    }

    public function claimsChanged(Subject $subject, stdClass $claims): void
    {
        $this->call($subject, ['call' => 'claims_changed', 'sub' => $subject->sub, 'claims' => $claims]);
    }

    public function disabled(Subject $subject, float $occurredAt): void
    {
        $this->call($subject, ['call' => 'disabled', 'sub' => $subject->sub, 'occurred_at' => $occurredAt]);
    }

    public function enabled(Subject $subject, float $occurredAt): void
    {
        $this->call($subject, ['call' => 'enabled', 'sub' => $subject->sub, 'occurred_at' => $occurredAt]);
    }

    public function purged(Subject $subject, float $occurredAt): void
    {
        $this->call($subject, ['call' => 'purged', 'sub' => $subject->sub, 'occurred_at' => $occurredAt]);
    }

    /** @param array<string, mixed> $call */
    private function call(Subject $subject, array $call): void
    {
        if ($this->isFailing || $subject->issuer !== $this->vectors->issuer) {
            $this->isFailing = false;
            throw new \RuntimeException('the disk is full');
        }
        $this->calls[] = $call;
    }
}
