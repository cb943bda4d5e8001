<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Http\FormFields;
use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Secrets\TokenHash;
use Latchkey\RelyingParty\Settings;
use Latchkey\RelyingParty\SharedCache;
use Latchkey\RelyingParty\SignIn\Attempt;
use Latchkey\RelyingParty\SignIn\AttemptKind;
use Latchkey\RelyingParty\Tokens\Claims;
use Latchkey\RelyingParty\Tokens\IssuerKeys;
use Latchkey\RelyingParty\Tokens\TokenExpectations;
use stdClass;

/** Everything that the application says to the issuer. */
final class IssuerConnection
{
    public readonly ProviderReachability $reachability;
    /** For all that the issuer signs: ID tokens, logout tokens, events. */
    public readonly TokenExpectations $expectations;
    private const CALL_SECONDS = 5.0;

    private IssuerMetadata $metadata;

    public function __construct(
        private Settings $settings,
        private HttpClient $http,
        SharedCache $cache,
        private Clock $clock,
        RelyingPartyLog $log,
    ) {
        $issuer = $settings->issuer;
        $this->reachability = new ProviderReachability($issuer, $http, $cache, $clock, $log);
        $this->metadata = new IssuerMetadata($issuer, $http, $cache, $clock, $this->reachability, $log);
        $jwksUri = fn () => $this->metadata->neededAddress('jwks_uri');
        $keys = new IssuerKeys($issuer, $jwksUri, $http, $cache, $clock);
        $this->expectations = new TokenExpectations($issuer, $settings->clientId, $keys);
    }

    /** @throws IssuerException `UNREACHABLE`, `ANSWER` */
    public function authorizationUrl(Attempt $attempt): string
    {
        return self::withQuery($this->metadata->neededAddress('authorization_endpoint'), [
            'client_id' => $this->settings->clientId,
            'response_type' => 'code',
            'redirect_uri' => $this->settings->redirectUri,
            'scope' => $this->settings->scope,
            'state' => $attempt->state,
            'nonce' => $attempt->nonce,
            'code_challenge' => TokenHash::of($attempt->codeVerifier),
            'code_challenge_method' => 'S256',
            ...($attempt->kind === AttemptKind::Interactive ? [] : ['prompt' => 'none']),
        ]);
    }

    /**
     * Takes up the issuer's answer at the callback: `iss` and `state` are checked (RFC 9207), the code exchanged, the
     * ID token verified with its signature.
     *
     * @param string $query of the callback as it came
     * @throws IssuerException `REFUSED` with the OAuth error, `UNREACHABLE`, `ANSWER`
     */
    public function exchange(#[\SensitiveParameter] string $query, Attempt $attempt): SignInAnswer
    {
        $tokens = $this->requestTokens($this->codeOf($query, $attempt), $attempt);
        $accessToken = $tokens->access_token ?? null;
        $idToken = $tokens->id_token ?? null;
        $isBearer = is_string($tokens->token_type ?? null) && strtolower($tokens->token_type) === 'bearer';
        if (!is_string($accessToken) || $accessToken === '' || !$isBearer) {
            throw IssuerException::answer('the issuer sent no bearer');
        }
        if (!is_string($idToken)) {
            throw IssuerException::answer('the issuer sent no ID token');
        }
        $claims = IdToken::verifiedClaims($idToken, $this->expectations, $attempt->nonce, $this->clock->now());
        $issuedAt = Claims::numericDate($claims, 'iat') ?? 0.0;
        $expiresIn = $tokens->expires_in ?? null;
        $isLimited = is_numeric($expiresIn) && $expiresIn > 0;
        return new SignInAnswer(
            sub: $claims->sub,
            sid: is_string($claims->sid ?? null) ? $claims->sid : null,
            hint: is_string($claims->latchkey_hint ?? null) ? $claims->latchkey_hint : null,
            issuedAt: $issuedAt,
            sessionExpiresAt: Claims::numericDate($claims, 'session_expires_at'),
            accessToken: $accessToken,
            accessTokenExpiresAt: $isLimited ? $issuedAt + (float) $expiresIn : null,
            idToken: $idToken,
        );
    }

    /**
     * Reads the profile with a bearer: `/profile` where the issuer has it, else userinfo. It never throws for what an
     * issuer or a network can do: whoever asks must tell "ended" from "no answer", and a time-out is never a refusal.
     *
     * @param float $limitSeconds how long a person may be kept waiting for it
     */
    public function readProfile(
        #[\SensitiveParameter] string $accessToken,
        ?string $etag,
        float $limitSeconds = self::CALL_SECONDS,
    ): ProfileAnswer {
        $until = $this->clock->now() + $limitSeconds;
        if ($this->reachability->isPaused()) {
            return ProfileAnswer::none('the issuer did not answer just now');
        }
        try {
            $this->metadata->get($limitSeconds);
            $url = $this->metadata->address('latchkey_profile_endpoint')
                ?? $this->metadata->neededAddress('userinfo_endpoint');
            $headers = [
                'Accept' => 'application/json',
                'Authorization' => "Bearer {$accessToken}",
                ...($etag === null ? [] : ['If-None-Match' => $etag]),
            ];
            $left = max(0.1, $until - $this->clock->now());
            $response = $this->http->send(new HttpRequest('GET', $url, $headers, null, $left));
        } catch (HttpException $failure) {
            // What is too long may be one person's own fault, and is no reason to ask nothing for all others.
            $failure->isAnswered
                ? $this->reachability->noteReached()
                : $this->reachability->noteFailed($failure->getMessage());
            return ProfileAnswer::none($failure->getMessage());
        } catch (IssuerException $failure) {
            $this->reachability->noteFailed($failure->getMessage());
            return ProfileAnswer::none($failure->getMessage());
        }
        return $this->profileAnswer($response, $etag);
    }

    /**
     * Where the browser goes to end the issuer's session too (RP-Initiated Logout 1.0); null where there is no such
     * thing.
     *
     * @param ?string $idToken of the session that ends
     * @throws IssuerException `UNREACHABLE`, `ANSWER`
     */
    public function endSessionUrl(#[\SensitiveParameter] ?string $idToken, string $postLogoutRedirectUri): ?string
    {
        $url = $this->metadata->address('end_session_endpoint');
        return $url === null ? null : self::withQuery($url, [
            'client_id' => $this->settings->clientId,
            ...($idToken === null ? [] : ['id_token_hint' => $idToken]),
            'post_logout_redirect_uri' => $postLogoutRedirectUri,
        ]);
    }

    /** @throws IssuerException */
    private function codeOf(#[\SensitiveParameter] string $query, Attempt $attempt): string
    {
        $fields = new FormFields($query);
        foreach (['state', 'iss', 'error', 'code'] as $name) {
            if (count($fields->values($name)) > 1) {
                throw IssuerException::answer("the callback has {$name} more than once");
            }
        }
        // What no code flow answers with: an encrypted or signed answer, or tokens in the address.
        foreach (['response', 'id_token', 'access_token'] as $name) {
            if ($fields->values($name) !== []) {
                throw IssuerException::answer("the callback has {$name}");
            }
        }
        $issuer = $fields->only('iss');
        $isIssuerNeeded = ($this->metadata->get()->authorization_response_iss_parameter_supported ?? null) === true;
        if ($issuer === null ? $isIssuerNeeded : $issuer !== $this->settings->issuer) {
            throw IssuerException::answer('iss of the callback is another issuer, or missing');
        }
        if (!hash_equals($attempt->state, $fields->only('state') ?? '')) {
            throw IssuerException::answer('state of the callback is another');
        }
        $error = $fields->only('error');
        if ($error !== null) {
            throw self::refusalOf($error) ?? IssuerException::answer('error of the callback cannot be read');
        }
        $code = $fields->only('code') ?? '';
        return $code !== '' ? $code : throw IssuerException::answer('the callback has no code');
    }

    /** @throws IssuerException */
    private function requestTokens(#[\SensitiveParameter] string $code, Attempt $attempt): stdClass
    {
        // RFC 6749, section 2.3.1: both are form-encoded first.
        $credentials = urlencode($this->settings->clientId) . ':' . urlencode($this->settings->clientSecret);
        $request = new HttpRequest(
            'POST',
            $this->metadata->neededAddress('token_endpoint'),
            [
                'Accept' => 'application/json',
                'Authorization' => 'Basic ' . base64_encode($credentials),
                'Content-Type' => 'application/x-www-form-urlencoded',
            ],
            http_build_query([
                'grant_type' => 'authorization_code',
                'code' => $code,
                'redirect_uri' => $this->settings->redirectUri,
                'code_verifier' => $attempt->codeVerifier,
            ], '', '&'),
        );
        try {
            $response = $this->http->send($request);
        } catch (HttpException $failure) {
            $this->reachability->noteFailed($failure->getMessage());
            throw IssuerException::unreachable($failure);
        }
        $body = $response->isJson() ? Claims::decode($response->body) : null;
        $isRefusal = $response->status >= 400 && $response->status < 500;
        $error = $isRefusal && is_string($body->error ?? null) ? self::refusalOf($body->error) : null;
        if ($error === null && $response->status === 401 && isset($response->headers['www-authenticate'])) {
            $error = IssuerException::refused('invalid_client');
        }
        if ($error === null && ($response->status !== 200 || $body === null)) {
            // A refusal of this one call says nothing about others.
            if (!$isRefusal) {
                $this->reachability->noteFailed("status {$response->status} at the token endpoint");
            }
            throw IssuerException::unreachable();
        }
        $this->reachability->noteReached();
        return $error === null ? $body : throw $error;
    }

    private function profileAnswer(HttpResponse $response, ?string $etag): ProfileAnswer
    {
        $status = $response->status;
        // Only to a question with If-None-Match (RFC 9110, section 13.1.2) does that say something.
        if ($status === 304 && $etag !== null) {
            $this->reachability->noteReached();
            return new ProfileAnswer(ProfileAnswerKind::Unchanged);
        }
        // A 401 or 403 of something in between (a wall, a maintenance page) says nothing about the session.
        $challenge = $response->headers['www-authenticate'] ?? '';
        if (($status === 401 || $status === 403) && preg_match('/\b(?:Bearer|DPoP)\b/i', $challenge) === 1) {
            $this->reachability->noteReached();
            return new ProfileAnswer(ProfileAnswerKind::Ended);
        }
        if ($status !== 200 || !$response->isJson()) {
            // A refusal of this one question (429, for one) is no reason to ask nothing for all others.
            if ($status >= 500 || $status === 200) {
                $this->reachability->noteFailed("status {$status} at the profile");
            }
            return ProfileAnswer::none($status === 200 ? 'the profile is no JSON' : "status {$status}");
        }
        // What stands in it may be one person's own fault, and is no reason to ask nothing for all others.
        $this->reachability->noteReached();
        $claims = Claims::decode($response->body);
        return $claims === null
            ? ProfileAnswer::none('the profile is no JSON object')
            : new ProfileAnswer(ProfileAnswerKind::Profile, $claims, $response->headers['etag'] ?? null);
    }

    /** @return ?IssuerException null where the text is no OAuth error (RFC 6749, section 5.2) */
    private static function refusalOf(string $error): ?IssuerException
    {
        $isError = preg_match('/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/D', $error) === 1;
        return $isError ? IssuerException::refused($error) : null;
    }

    /** @param array<string, string> $parameters */
    private static function withQuery(string $url, array $parameters): string
    {
        $query = http_build_query($parameters, '', '&', PHP_QUERY_RFC3986);
        return $url . (str_contains($url, '?') ? '&' : '?') . $query;
    }
}
