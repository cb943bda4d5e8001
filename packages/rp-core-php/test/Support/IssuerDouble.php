<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Http\FormFields;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Settings;
use Latchkey\RelyingParty\SignIn\Attempt;

/** An issuer that the test plays, and an application's connection to it. */
final class IssuerDouble
{
    public const ISSUER = 'https://accounts.example.org';
    public const CLIENT_ID = 'blog';

    public TestClock $clock;
    public InMemoryCache $cache;
    public ScriptedHttp $http;
    public NotedLog $log;
    public TestKey $key;
    public Settings $settings;
    /** @var array<string, mixed> of the discovery document, instead of the usual; null: not there */
    public array $metadata = [];
    /** @var array<string, mixed> of the token answer, instead of the usual; null: not there */
    public array $tokens = [];
    /** @var array<string, mixed> of the ID token, instead of the usual; null: not there */
    public array $claims = [];
    /** @var array<string, array<string, mixed>> what `/profile` says, by bearer */
    public array $profiles = [];
    private static ?TestKey $sharedKey = null;

    public function __construct(
        public string $issuer = self::ISSUER,
    ) {
        $this->clock = new TestClock();
        $this->cache = new InMemoryCache($this->clock);
        $this->http = new ScriptedHttp();
        $this->log = new NotedLog();
        $this->key = self::$sharedKey ??= TestKey::es256('k1');
        $this->settings = new Settings(
            $issuer,
            self::CLIENT_ID,
            'secret+with %',
            'https://blog.example.org',
            'https://blog.example.org/?rest_route=/latchkey/callback',
            '/latchkey',
            SealedByTypeScript::secret(),
            'blog',
        );
        $this->http->answers = [
            "{$issuer}/.well-known/openid-configuration" => fn () => ScriptedHttp::json($this->document()),
            "{$issuer}/jwks" => fn () => ScriptedHttp::json(['keys' => [$this->key->jwk]]),
            "{$issuer}/token" => $this->answerTokens(...),
            "{$issuer}/profile" => $this->answerProfile(...),
        ];
    }

    /** As each PHP process has one. */
    public function connection(): IssuerConnection
    {
        return new IssuerConnection($this->settings, $this->http, $this->cache, $this->clock, $this->log);
    }

    /** What the callback gets for an attempt; the nonce travels in the code. */
    public function callbackQuery(Attempt $attempt, array $change = []): string
    {
        return http_build_query([
            'code' => "code-{$attempt->nonce}",
            'state' => $attempt->state,
            'iss' => $this->issuer,
            ...$change,
        ]);
    }

    public function profileUrl(): string
    {
        return "{$this->issuer}/profile";
    }

    /** @return array<string, mixed> */
    private function document(): array
    {
        return self::told([
            'issuer' => $this->issuer,
            'authorization_endpoint' => "{$this->issuer}/authorize",
            'token_endpoint' => "{$this->issuer}/token",
            'jwks_uri' => "{$this->issuer}/jwks",
            'userinfo_endpoint' => "{$this->issuer}/userinfo",
            'end_session_endpoint' => "{$this->issuer}/end",
            'latchkey_profile_endpoint' => $this->profileUrl(),
            'authorization_response_iss_parameter_supported' => true,
            ...$this->metadata,
        ]);
    }

    private function answerTokens(HttpRequest $request): HttpResponse
    {
        $nonce = substr((string) (new FormFields($request->body))->only('code'), strlen('code-'));
        $now = (int) $this->clock->now;
        $idToken = $this->key->token(self::told([
            'iss' => $this->issuer,
            'aud' => self::CLIENT_ID,
            'sub' => 'a11ce',
            'sid' => 'sid-1',
            'nonce' => $nonce,
            'iat' => $now,
            'exp' => $now + 3600,
            'latchkey_hint' => 'AAAA',
            'session_expires_at' => $now + 86_400,
            ...$this->claims,
        ]));
        return ScriptedHttp::json(self::told([
            'access_token' => 'bearer-1',
            'token_type' => 'Bearer',
            'id_token' => $idToken,
            'expires_in' => 86_400,
            ...$this->tokens,
        ]));
    }

    private function answerProfile(HttpRequest $request): HttpResponse
    {
        $bearer = substr($request->headers['Authorization'], strlen('Bearer '));
        if (!isset($this->profiles[$bearer])) {
            return new HttpResponse(401, ['WWW-Authenticate' => 'Bearer error="invalid_token"'], '');
        }
        $etag = '"' . md5(json_encode($this->profiles[$bearer])) . '"';
        return ($request->headers['If-None-Match'] ?? null) === $etag
            ? new HttpResponse(304, ['ETag' => $etag], '')
            : ScriptedHttp::json($this->profiles[$bearer], 200, ['ETag' => $etag]);
    }

    /** Without what is null. */
    private static function told(array $members): array
    {
        return array_filter($members, fn (mixed $member) => $member !== null);
    }
}
