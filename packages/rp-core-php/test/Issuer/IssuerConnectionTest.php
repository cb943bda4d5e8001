<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Issuer;

use Latchkey\RelyingParty\Http\FormFields;
use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\Issuer\IssuerException;
use Latchkey\RelyingParty\Issuer\ProfileAnswerKind;
use Latchkey\RelyingParty\Issuer\SignInAnswer;
use Latchkey\RelyingParty\Secrets\Base64Url;
use Latchkey\RelyingParty\SignIn\Attempt;
use Latchkey\RelyingParty\SignIn\AttemptKind;
use Latchkey\RelyingParty\Test\Support\IssuerDouble;
use Latchkey\RelyingParty\Test\Support\ScriptedHttp;
use Latchkey\RelyingParty\Test\Support\TestKey;
use PHPUnit\Framework\TestCase;

final class IssuerConnectionTest extends TestCase
{
    private const UNREACHABLE = IssuerException::UNREACHABLE;
    private const ANSWER = IssuerException::ANSWER;
    private const REFUSED = IssuerException::REFUSED;

    private IssuerDouble $issuer;
    private Attempt $attempt;

    protected function setUp(): void
    {
        $this->issuer = new IssuerDouble();
        $this->attempt = $this->begin(AttemptKind::Interactive);
    }

    public function testSendsTheBrowserOffWithPkceStateAndNonce(): void
    {
        $this->issuer->metadata = ['authorization_endpoint' => 'https://accounts.example.org/authorize?tenant=1'];
        $url = $this->issuer->connection()->authorizationUrl($this->attempt);
        self::assertStringStartsWith('https://accounts.example.org/authorize?tenant=1&client_id=blog&', $url);
        $sent = new FormFields(explode('?', $url, 2)[1]);
        $challenge = Base64Url::encode(hash('sha256', $this->attempt->codeVerifier, true));
        $expected = [
            'response_type' => 'code', 'redirect_uri' => 'https://blog.example.org/?rest_route=/latchkey/callback',
            'scope' => 'openid profile email', 'state' => $this->attempt->state, 'nonce' => $this->attempt->nonce,
            'code_challenge' => $challenge, 'code_challenge_method' => 'S256', 'prompt' => null,
        ];
        foreach ($expected as $name => $value) {
            self::assertSame($value, $sent->only($name), $name);
        }
        self::assertStringNotContainsString($this->attempt->codeVerifier, $url);
    }

    public function testAsksNothingOfThePersonInASilentAttempt(): void
    {
        foreach ([AttemptKind::Silent, AttemptKind::Frame] as $kind) {
            $url = $this->issuer->connection()->authorizationUrl($this->begin($kind));
            self::assertStringEndsWith('&prompt=none', $url);
        }
    }

    public function testReadsTheDiscoveryDocumentOnceAnHourForAllProcessesAndUsesAnOldOneInNeed(): void
    {
        $document = IssuerDouble::ISSUER . '/.well-known/openid-configuration';
        foreach ([0, 3599, 1] as $seconds) {
            $this->issuer->clock->pass($seconds);
            $this->issuer->connection()->authorizationUrl($this->attempt);
        }
        self::assertSame(2, $this->issuer->http->asked($document));
        $this->issuer->clock->pass(7200);
        unset($this->issuer->http->answers[$document]);
        $this->issuer->connection()->authorizationUrl($this->attempt);
        $this->issuer->connection()->authorizationUrl($this->attempt);
        self::assertSame(3, $this->issuer->http->asked($document), 'and pauses before it asks again');
    }

    /** @dataProvider unusableMetadata */
    public function testGoesNowhereByMetadataThatCannotBeRight(array $metadata, string $code): void
    {
        $this->issuer->metadata = $metadata;
        $this->expectCode($code, fn () => $this->issuer->connection()->authorizationUrl($this->attempt));
    }

    public static function unusableMetadata(): iterable
    {
        yield 'of another issuer' => [['issuer' => 'https://accounts.example.org/'], self::ANSWER];
        yield 'no address' => [['authorization_endpoint' => null], self::ANSWER];
        yield 'http' => [['authorization_endpoint' => 'http://accounts.example.org/authorize'], self::ANSWER];
        yield 'http on loopback' => [['authorization_endpoint' => 'http://127.0.0.1/authorize'], self::ANSWER];
        yield 'another scheme' => [['authorization_endpoint' => 'javascript:alert(1)'], self::ANSWER];
        yield 'a line break' => [['authorization_endpoint' => "https://a.example/\r\nX: 1"], self::ANSWER];
        yield 'a person in it' => [['authorization_endpoint' => 'https://a@b.example/'], self::ANSWER];
        yield 'a list' => [['authorization_endpoint' => ['https://a.example/']], self::ANSWER];
    }

    public function testNotesOnceAMinuteThatTheIssuerWritesItselfOtherwiseThanTheSetting(): void
    {
        $this->issuer->metadata = ['issuer' => 'https://accounts.example.org/'];
        for ($second = 0; $second < 120; $second++) {
            $this->expectCode(self::ANSWER, fn () => $this->issuer->connection()->authorizationUrl($this->attempt));
            $this->issuer->clock->pass(1);
        }
        $note = ['setting' => IssuerDouble::ISSUER, 'issuer' => 'https://accounts.example.org/'];
        self::assertSame(array_fill(0, 2, ['issuer.mismatch', $note]), $this->issuer->log->notes);
    }

    public function testExchangesTheCodeAndTellsWhoItIs(): void
    {
        $now = $this->issuer->clock->now;
        $end = $now + 86_400;
        $answer = $this->exchange();
        self::assertEquals(
            new SignInAnswer('a11ce', 'sid-1', 'AAAA', $now, $end, 'bearer-1', $end, $answer->idToken),
            $answer,
        );
        $request = $this->tokenRequest();
        self::assertSame('Basic ' . base64_encode('blog:secret%2Bwith+%25'), $request->headers['Authorization']);
        $sent = new FormFields($request->body);
        self::assertSame('authorization_code', $sent->only('grant_type'));
        self::assertSame($this->attempt->codeVerifier, $sent->only('code_verifier'));
        self::assertSame('https://blog.example.org/?rest_route=/latchkey/callback', $sent->only('redirect_uri'));
    }

    public function testTakesAnIssuerThatTellsNothingButWhatItMust(): void
    {
        $this->issuer->metadata = ['authorization_response_iss_parameter_supported' => null];
        $this->issuer->claims = ['sid' => null, 'latchkey_hint' => null, 'session_expires_at' => null];
        $this->issuer->tokens = ['expires_in' => null, 'token_type' => 'bearer'];
        $answer = $this->exchange(['iss' => null]);
        self::assertSame([null, null, null, null], [
            $answer->sid, $answer->hint, $answer->sessionExpiresAt, $answer->accessTokenExpiresAt,
        ]);
    }

    /** @dataProvider unusableCallbacks */
    public function testRefusesACallbackBeforeAnyCodeIsSent(array $change, string $code, string $more = ''): void
    {
        $query = $this->issuer->callbackQuery($this->attempt, $change) . $more;
        $this->expectCode($code, fn () => $this->issuer->connection()->exchange($query, $this->attempt));
        self::assertSame(0, $this->issuer->http->asked(IssuerDouble::ISSUER . '/token'));
    }

    public static function unusableCallbacks(): iterable
    {
        yield 'another state' => [['state' => 'other'], self::ANSWER];
        yield 'no state' => [['state' => null], self::ANSWER];
        yield 'another issuer (RFC 9207)' => [['iss' => 'https://attacker.example'], self::ANSWER];
        yield 'no issuer where it says that it sends one' => [['iss' => null], self::ANSWER];
        yield 'no code' => [['code' => null], self::ANSWER];
        yield 'an empty code' => [['code' => ''], self::ANSWER];
        yield 'two codes' => [[], self::ANSWER, '&code=other'];
        yield 'two states' => [[], self::ANSWER, '&state=other'];
        yield 'two issuers' => [[], self::ANSWER, '&iss=https://attacker.example'];
        yield 'a token in the address' => [[], self::ANSWER, '&id_token=x'];
        yield 'a sealed answer' => [[], self::ANSWER, '&response=x'];
        yield 'an error' => [['code' => null, 'error' => 'login_required'], self::REFUSED];
        yield 'an error of another issuer' => [['error' => 'x', 'iss' => 'https://attacker.example'], self::ANSWER];
        yield 'an error that is none' => [['code' => null, 'error' => "login\nrequired"], self::ANSWER];
    }

    public function testSaysWhichErrorTheIssuerAnswered(): void
    {
        $query = $this->issuer->callbackQuery($this->attempt, ['code' => null, 'error' => 'consent_required']);
        try {
            $this->issuer->connection()->exchange($query, $this->attempt);
            self::fail();
        } catch (IssuerException $exception) {
            self::assertSame('consent_required', $exception->oauthError);
        }
    }

    /** @dataProvider unusableTokens */
    public function testTakesNoTokensThatAreNotOfThisSignIn(array $tokens, array $claims): void
    {
        [$this->issuer->tokens, $this->issuer->claims] = [$tokens, $claims];
        $this->expectCode(self::ANSWER, $this->exchange(...));
    }

    public static function unusableTokens(): iterable
    {
        $now = 1_750_000_000;
        yield 'no access token' => [['access_token' => null], []];
        yield 'an access token that is none' => [['access_token' => ''], []];
        yield 'another kind of token' => [['token_type' => 'DPoP'], []];
        yield 'no kind of token' => [['token_type' => null], []];
        yield 'no ID token' => [['id_token' => null], []];
        yield 'an ID token that is none' => [['id_token' => 'x.y.z'], []];
        yield 'another issuer' => [[], ['iss' => 'https://attacker.example']];
        yield 'another audience' => [[], ['aud' => 'wiki']];
        yield 'no audience' => [[], ['aud' => null]];
        yield 'several audiences without azp' => [[], ['aud' => ['blog', 'wiki']]];
        yield 'several audiences with the azp of another' => [[], ['aud' => ['blog', 'wiki'], 'azp' => 'wiki']];
        yield 'one audience with the azp of another' => [[], ['azp' => 'wiki']];
        yield 'another nonce' => [[], ['nonce' => 'other']];
        yield 'no nonce' => [[], ['nonce' => null]];
        yield 'expired' => [[], ['exp' => $now - 60]];
        yield 'without end' => [[], ['exp' => null]];
        yield 'an end that is no time' => [[], ['exp' => 'tomorrow']];
        yield 'from the future' => [[], ['iat' => $now + 61]];
        yield 'without time' => [[], ['iat' => null]];
        yield 'not yet good' => [[], ['nbf' => $now + 61]];
        yield 'nobody' => [[], ['sub' => null]];
        yield 'a sub that is none' => [[], ['sub' => '']];
        yield 'a sub that is a number' => [[], ['sub' => 7]];
    }

    public function testTakesAnIdTokenForSeveralAudiencesWhoseAzpIsThisClient(): void
    {
        $this->issuer->claims = ['aud' => ['blog', 'wiki'], 'azp' => 'blog', 'exp' => 1_749_999_941];
        self::assertSame('a11ce', $this->exchange()->sub);
    }

    public function testTakesNoIdTokenThatAnotherKeySignedOrThatIsAnotherKindOfToken(): void
    {
        $now = (int) $this->issuer->clock->now;
        $claims = ['iss' => IssuerDouble::ISSUER, 'aud' => 'blog', 'sub' => 'a11ce', 'nonce' => $this->attempt->nonce,
            'iat' => $now, 'exp' => $now + 60];
        $forged = TestKey::es256('k1')->token($claims);
        $none = Base64Url::encode('{"alg":"none"}') . '.' . Base64Url::encode(json_encode($claims)) . '.';
        $key = $this->issuer->key;
        foreach ([$forged, $none, $key->token($claims, ['typ' => 'logout+jwt'])] as $idToken) {
            $this->issuer->tokens = ['id_token' => $idToken];
            $this->expectCode(self::ANSWER, $this->exchange(...));
        }
        $this->issuer->tokens = ['id_token' => $key->token($claims, ['typ' => 'JWT'])];
        self::assertSame('a11ce', $this->exchange()->sub);
    }

    public function testIsToldThatTheIssuerIsAwayWhereItsKeysCannotBeRead(): void
    {
        unset($this->issuer->http->answers[IssuerDouble::ISSUER . '/jwks']);
        $this->expectCode(self::UNREACHABLE, $this->exchange(...));
    }

    /** @dataProvider tokenFailures */
    public function testTellsWhatTheIssuerRefusedFromWhatDidNotReachIt(
        HttpResponse|HttpException $answer,
        string $code,
        ?string $oauthError = null,
        ?bool $pauses = null,
    ): void {
        $this->issuer->http->answers[IssuerDouble::ISSUER . '/token'] =
            fn () => $answer instanceof HttpException ? throw $answer : $answer;
        $failure = $this->expectCode($code, $this->exchange(...));
        self::assertSame($oauthError, $failure->oauthError);
        $isPaused = $this->issuer->connection()->reachability->isPaused();
        self::assertSame($pauses ?? $code === self::UNREACHABLE, $isPaused);
    }

    public static function tokenFailures(): iterable
    {
        $error = fn (mixed $error) => ScriptedHttp::json(['error' => $error], 400);
        yield 'a used code' => [$error('invalid_grant'), self::REFUSED, 'invalid_grant'];
        yield 'a wrong secret' => [ScriptedHttp::json(['error' => 'invalid_client'], 401), self::REFUSED,
            'invalid_client'];
        yield 'a wrong secret, told by challenge' => [
            new HttpResponse(401, ['WWW-Authenticate' => 'Basic'], ''), self::REFUSED, 'invalid_client',
        ];
        yield 'an error that is none' => [$error(['x']), self::UNREACHABLE, null, false];
        yield 'a wall' => [new HttpResponse(429, [], 'slow down'), self::UNREACHABLE, null, false];
        yield 'an error with a status of success' => [ScriptedHttp::json(['error' => 'x']), self::ANSWER];
        yield 'an ill server' => [ScriptedHttp::json(['error' => 'server_error'], 500), self::UNREACHABLE];
        yield 'a page' => [new HttpResponse(200, ['Content-Type' => 'text/html'], '<p>'), self::UNREACHABLE];
        yield 'half an answer' => [
            new HttpResponse(200, ['Content-Type' => 'application/json'], '{"acc'), self::UNREACHABLE,
        ];
        yield 'a redirect' => [new HttpResponse(302, ['Location' => 'https://x.example'], ''), self::UNREACHABLE];
        yield 'nothing' => [new HttpException('timed out'), self::UNREACHABLE];
    }

    public function testReadsTheProfileAndAsksForChangesByItsEtag(): void
    {
        $this->issuer->profiles['bearer-1'] = ['sub' => 'a11ce', 'name' => 'Alice'];
        $first = $this->issuer->connection()->readProfile('bearer-1', null);
        self::assertSame(['Alice', ProfileAnswerKind::Profile], [$first->claims->name, $first->kind]);
        $second = $this->issuer->connection()->readProfile('bearer-1', $first->etag);
        self::assertSame(ProfileAnswerKind::Unchanged, $second->kind);
        self::assertSame(
            ProfileAnswerKind::Ended,
            $this->issuer->connection()->readProfile('another', null)->kind,
        );
    }

    public function testReadsUserinfoWhereThereIsNoProfileAndSendsTheBearerToNobodyElse(): void
    {
        $this->issuer->metadata = ['latchkey_profile_endpoint' => null];
        $userinfo = ScriptedHttp::json(['sub' => 'a11ce']);
        $this->issuer->http->answers[IssuerDouble::ISSUER . '/userinfo'] = $userinfo;
        self::assertSame(
            ProfileAnswerKind::Profile,
            $this->issuer->connection()->readProfile('bearer-1', null)->kind,
        );
        $this->setUp();
        $this->issuer->metadata = ['latchkey_profile_endpoint' => 'http://accounts.example.org/profile'];
        $answer = $this->issuer->connection()->readProfile('bearer-1', null);
        self::assertSame(ProfileAnswerKind::NoAnswer, $answer->kind);
        self::assertCount(1, $this->issuer->http->requests);
    }

    public function testSendsTheBrowserToTheEndOfTheIssuersSession(): void
    {
        $url = $this->issuer->connection()->endSessionUrl('id-token', 'https://blog.example.org/signed-out');
        self::assertSame(
            'https://accounts.example.org/end?client_id=blog&id_token_hint=id-token'
                . '&post_logout_redirect_uri=https%3A%2F%2Fblog.example.org%2Fsigned-out',
            $url,
        );
        $this->setUp();
        $this->issuer->metadata = ['end_session_endpoint' => null];
        self::assertNull($this->issuer->connection()->endSessionUrl(null, 'https://blog.example.org/'));
    }

    private function begin(AttemptKind $kind): Attempt
    {
        return Attempt::begin($kind, '/', [], (int) $this->issuer->clock->now);
    }

    /** @param array<string, ?string> $change of the callback */
    private function exchange(array $change = []): SignInAnswer
    {
        $query = $this->issuer->callbackQuery($this->attempt, $change);
        return $this->issuer->connection()->exchange($query, $this->attempt);
    }

    private function expectCode(string $code, callable $work): IssuerException
    {
        try {
            $work();
        } catch (IssuerException $exception) {
            self::assertSame($code, $exception->errorCode, $exception->getMessage());
            $secrets = "/bearer-1|code-|secret|{$this->attempt->nonce}/";
            self::assertDoesNotMatchRegularExpression($secrets, $exception->getMessage());
            return $exception;
        }
        self::fail('it went through');
    }

    private function tokenRequest(): \Latchkey\RelyingParty\Http\HttpRequest
    {
        foreach ($this->issuer->http->requests as $request) {
            if ($request->url === IssuerDouble::ISSUER . '/token') {
                return $request;
            }
        }
        self::fail('no tokens were asked for');
    }
}
