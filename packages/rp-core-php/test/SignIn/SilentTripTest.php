<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignIn;

use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\SignedInState\Visit;
use Latchkey\RelyingParty\SignIn\CallbackAnswerKind;
use Latchkey\RelyingParty\SignIn\NotBegun;
use Latchkey\RelyingParty\SignIn\Sending;
use Latchkey\RelyingParty\SignIn\SignedOut;
use Latchkey\RelyingParty\Test\Support\ApplicationWorld;
use Latchkey\RelyingParty\Test\Support\Browser;
use Latchkey\RelyingParty\Test\Support\IssuerDouble;
use PHPUnit\Framework\TestCase;

final class SilentTripTest extends TestCase
{
    private const FETCHED = ['Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty'];

    private ApplicationWorld $world;
    private Browser $browser;

    protected function setUp(): void
    {
        $this->world = new ApplicationWorld();
        $this->browser = $this->world->browser('AAAA');
    }

    public function testFirstVisitIsKnownWithoutAClick(): void
    {
        $visit = $this->visit('/notes', 'page=2');
        self::assertStringEndsWith('&prompt=none', $visit->sending->url);
        $answer = $this->world->comeBack($this->browser, $visit->sending);
        self::assertSame([CallbackAnswerKind::Redirect, '/notes?page=2'], [$answer->kind, $answer->address]);
        $asked = count($this->world->issuer->http->requests);
        $second = $this->visit();
        self::assertSame('user-1', $second->session->localUserId);
        self::assertMatchesRegularExpression('/^AAAA\|[\w-]{8}$/D', $second->browserState);
        self::assertCount($asked, $this->world->issuer->http->requests, 'and later ones ask nothing');
    }

    public function testNeverSendsOffWhoHasNoHintAndAsksTheIssuerNothing(): void
    {
        for ($view = 0; $view < 100; $view++) {
            $visit = $this->world->app()->recognise($this->world->browser()->request(), new Browser(), '/');
            self::assertNull($visit->sending ?? $visit->session);
            self::assertSame([[], '|'], [$visit->setCookies, $visit->browserState]);
        }
        self::assertSame([], $this->world->issuer->http->requests);
    }

    public function testSendsOffNoFormNoScriptAndNoVisitOfTheSignInsOwnAddresses(): void
    {
        $requests = [
            [$this->browser->request(method: 'POST'), '/'],
            [$this->browser->request(headers: ['Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty']), '/'],
            [$this->browser->request(), '/latchkey/callback'],
        ];
        foreach ($requests as [$request, $path]) {
            $visit = $this->world->app()->recognise($request, $this->browser, $path);
            self::assertSame([null, true], [$visit->sending, $visit->ask]);
        }
        $only = $this->world->app()->recogniseOnly($this->browser->request(), $this->browser);
        self::assertSame([null, true], [$only->sending, $only->ask]);
    }

    public function testSendsTheScriptsFrameOffAndNobodyElses(): void
    {
        $app = $this->world->app();
        $headers = ['Sec-Fetch-Site' => 'same-origin', 'Sec-Fetch-Dest' => 'iframe', 'Sec-Fetch-Mode' => 'navigate'];
        foreach (['cross-site', 'same-site', 'none'] as $site) {
            $foreign = $this->browser->request(headers: [...$headers, 'Sec-Fetch-Site' => $site]);
            self::assertNull($app->recogniseFrame($foreign, $this->browser));
        }
        $opened = $this->browser->request(headers: [...$headers, 'Sec-Fetch-Dest' => 'document']);
        self::assertNull($app->recogniseFrame($opened, $this->browser));
        $visit = $app->recogniseFrame($this->browser->request(headers: $headers), $this->browser);
        $this->browser->take($visit->sending->setCookies);
        $answer = $this->world->comeBack($this->browser, $visit->sending);
        self::assertSame([CallbackAnswerKind::Frame, 'a11ce'], [$answer->kind, $answer->session->sub]);
    }

    public function testTriesAHintOnceInTenMinutes(): void
    {
        $sending = $this->visit()->sending;
        $answer = $this->world->comeBack($this->browser, $sending, ['code' => null, 'error' => 'login_required']);
        self::assertSame([CallbackAnswerKind::Redirect, '/'], [$answer->kind, $answer->address]);
        self::assertSame([], $this->world->log->notes);
        $this->world->issuer->clock->pass(599);
        $visit = $this->visit();
        self::assertSame([null, true], [$visit->sending, $visit->onlyByClick]);
        $this->world->issuer->clock->pass(1);
        self::assertNotNull($this->visit()->sending);
    }

    public function testGoesSixTimesInTenMinutesHoweverHintsChange(): void
    {
        $trips = 0;
        for ($view = 0; $view < 20; $view++) {
            $this->browser->cookies[ApplicationWorld::HINT] = "forged-{$view}";
            $sending = $this->visit()->sending;
            if ($sending !== null) {
                $trips++;
                $this->world->comeBack($this->browser, $sending, ['code' => null, 'error' => 'login_required']);
            }
        }
        self::assertSame(6, $trips);
    }

    public function testLeavesAttemptsAloneThatAreUnderWay(): void
    {
        for ($tab = 0; $tab < 5; $tab++) {
            $this->world->start($this->browser);
        }
        self::assertNull($this->visit()->sending);
        $this->world->issuer->clock->pass(700);
        self::assertNotNull($this->visit()->sending);
    }

    public function testRestsForAMinuteAfterAFaultWhateverTheHints(): void
    {
        $sending = $this->visit()->sending;
        $this->world->comeBack($this->browser, $sending, ['code' => null, 'error' => 'server_error']);
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        self::assertNull($this->visit()->sending);
        $this->world->issuer->clock->pass(60);
        self::assertNotNull($this->visit()->sending);
    }

    public function testShowsThePageWhereTheIssuerDoesNotAnswer(): void
    {
        $this->world->issuer->http->answers = [];
        $visit = $this->visit();
        self::assertSame([null, null], [$visit->sending, $visit->session]);
        self::assertCount(1, $this->world->issuer->http->requests);
        $this->visit();
        self::assertCount(1, $this->world->issuer->http->requests, 'and asks nothing in the pause');
    }

    public function testSwitchesToWhoIsSignedInAtTheIssuerNow(): void
    {
        $this->world->signIn($this->browser);
        $this->world->becomeBob();
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $this->world->comeBack($this->browser, $this->visit()->sending);
        self::assertSame('b0b', $this->visit()->session->sub);
        self::assertCount(1, $this->world->store->sessions);
    }

    public function testEndsTheSessionWhenTheIssuerSaysThatNobodyIsSignedIn(): void
    {
        $this->world->signIn($this->browser);
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $sending = $this->visit()->sending;
        $this->world->comeBack($this->browser, $sending, ['code' => null, 'error' => 'login_required']);
        self::assertSame([[], null], [$this->world->store->sessions, $this->browser->hostSession]);
    }

    public function testAsksTheBearerWhereATripBroughtNoWord(): void
    {
        $this->world->signIn($this->browser);
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $sending = $this->visit()->sending;
        $this->world->comeBack($this->browser, $sending, ['code' => null, 'error' => 'interaction_required']);
        $this->world->issuer->profiles = [];
        self::assertNull($this->visit()->session);
        self::assertSame([], $this->world->store->sessions);
    }

    public function testWaitsForAClickBeforeItAdopts(): void
    {
        $this->world->linking->users->signUp(['username' => 'wonderland', 'email' => 'alice@example.org']);
        $answer = $this->world->comeBack($this->browser, $this->visit()->sending);
        self::assertSame([CallbackAnswerKind::Redirect, null], [$answer->kind, $this->browser->hostSession]);
        self::assertNull($this->visit()->sending, 'and is not tried again at once');
    }

    public function testProvesASessionBeforeItIsUsedOnceItsProofIsOld(): void
    {
        $this->world->signIn($this->browser);
        $this->world->issuer->clock->pass(301);
        self::assertNotNull($this->visit()->session);
        $this->world->issuer->profiles = [];
        self::assertNotNull($this->visit()->session, 'the proof is young');
        $this->world->issuer->clock->pass(301);
        $visit = $this->visit();
        self::assertSame([null, null], [$visit->session, $this->browser->hostSession]);
        self::assertArrayNotHasKey('__Host-blog-here', $this->browser->cookies);
    }

    public function testProvesAFormUnderAnotherHintFirstAndNeverSendsItOff(): void
    {
        $this->world->signIn($this->browser);
        $this->world->issuer->profiles = [];
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $request = $this->browser->request(method: 'POST');
        $visit = $this->world->app()->recognise($request, $this->browser, '/');
        self::assertSame([null, null], [$visit->sending, $visit->session]);
    }

    public function testTakesBackTheMarkerOfASessionThatIsGone(): void
    {
        $this->world->signIn($this->browser);
        unset($this->browser->cookies[ApplicationWorld::HINT]);
        $this->world->store->sessions = [];
        self::assertNull($this->visit()->session);
        self::assertSame([null, false], [
            $this->browser->hostSession, isset($this->browser->cookies['__Host-blog-here']),
        ]);
    }

    public function testSignsOutHereAndThereAndStaysSo(): void
    {
        $this->world->signIn($this->browser);
        $signedOut = $this->world->app()->signOut->signOut(
            $this->browser->request()->cookies,
            $this->browser,
            'https://blog.example.org/signed-out',
        );
        $this->browser->take($signedOut->setCookies);
        self::assertStringContainsString('id_token_hint=ey', $signedOut->url);
        self::assertSame([[], null], [$this->world->store->sessions, $this->browser->hostSession]);
        for ($day = 0; $day < 3; $day++) {
            self::assertNull($this->visit()->sending);
            $this->world->issuer->clock->pass(86_400);
        }
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        self::assertNotNull($this->visit()->sending, 'until the hint changes');
    }

    public function testSignsInNobodyByATripThatWasUnderWayAtASignOutHere(): void
    {
        $this->world->signIn($this->browser);
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $this->world->issuer->clock->pass(0.25);
        $sending = $this->visit()->sending;
        $this->world->issuer->clock->pass(0.25);
        $this->signOutHere();
        $this->world->issuer->claims = ['latchkey_hint' => 'CCCC', 'sid' => 'sid-9'];
        $this->world->comeBack($this->browser, $sending);
        self::assertNull($this->browser->hostSession);
    }

    public function testSignsInByATripThatBeganAfterASignOutHereInTheSameSecond(): void
    {
        $this->world->signIn($this->browser);
        $this->signOutHere();
        $this->world->issuer->clock->pass(0.25);
        $this->world->becomeBob();
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $this->world->comeBack($this->browser, $this->visit()->sending);
        self::assertSame('b0b', $this->visit()->session->sub);
    }

    public function testTellsTheScriptToAskAgainWhereItsFrameFoundNothingOut(): void
    {
        $answers = fn (array $change) => function () use ($change): array {
            $sending = $this->frame();
            $answer = $this->world->comeBack($this->browser, $sending, $change);
            return [$answer->kind, $answer->session, $answer->ask];
        };
        $faults = [
            'an error' => $answers(['code' => null, 'error' => 'server_error']),
            'no profile' => function () use ($answers): array {
                $profile = $this->world->issuer->profileUrl();
                $this->world->issuer->http->answers[$profile] = new HttpResponse(503, [], '');
                return $answers([])();
            },
        ];
        foreach ($faults as $what => $comeBack) {
            $this->setUp();
            self::assertSame([CallbackAnswerKind::Frame, null, true], $comeBack(), $what);
        }
        $this->setUp();
        $said = $answers(['code' => null, 'error' => 'login_required'])();
        self::assertSame([CallbackAnswerKind::Frame, null, false], $said);
        $this->setUp();
        self::assertFalse($answers([])()[2]);
        $this->setUp();
        $sending = $this->visit()->sending;
        $answer = $this->world->comeBack($this->browser, $sending, ['code' => null, 'error' => 'server_error']);
        self::assertSame([CallbackAnswerKind::Redirect, false], [$answer->kind, $answer->ask], 'no script waits');
    }

    public function testSignsInNobodyByATripWhoseSessionEndedHereMeanwhile(): void
    {
        $this->world->signIn($this->browser);
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $sending = $this->visit()->sending;
        $this->world->store->beforeUpdate = fn () => $this->world->store->sessions = [];
        $this->world->comeBack($this->browser, $sending);
        self::assertSame([[], null], [$this->world->store->sessions, $this->browser->hostSession]);
    }

    public function testRemembersASignOutThoughTheHintIsHiddenWhileItHappens(): void
    {
        $this->world->signIn($this->browser);
        unset($this->browser->cookies[ApplicationWorld::HINT]);
        $this->signOutHere();
        $this->world->issuer->clock->pass(10);
        $this->browser->cookies[ApplicationWorld::HINT] = 'AAAA';
        self::assertNull($this->visit()->sending);
    }

    public function testSignsInNobodyUnderAForgedHintWhoSignedOutHere(): void
    {
        $this->world->signIn($this->browser);
        $this->signOutHere();
        $this->world->issuer->clock->pass(10);
        $this->browser->cookies[ApplicationWorld::HINT] = 'forged';
        $this->world->comeBack($this->browser, $this->visit()->sending);
        self::assertNull($this->browser->hostSession, 'the answer is about the session that the person signed out of');
    }

    public function testSignsInByItselfInAnotherSessionOfTheIssuerAndIsThenSignedOutNoLonger(): void
    {
        $this->world->signIn($this->browser);
        $this->signOutHere();
        $this->world->issuer->clock->pass(10);
        self::assertTrue($this->visit()->onlyByClick);
        $this->browser->cookies[ApplicationWorld::HINT] = 'BBBB';
        $this->world->issuer->claims = ['latchkey_hint' => 'BBBB', 'sid' => 'sid-2'];
        $this->world->comeBack($this->browser, $this->visit()->sending);
        self::assertNotNull($this->browser->hostSession);
        $request = $this->browser->request(headers: [...Browser::VISIT, 'Sec-Fetch-Site' => 'cross-site']);
        self::assertNotInstanceOf(NotBegun::class, $this->world->app()->start->begin($request, '/'));
    }

    public function testWaitsForAClickAfterASignOutThoughNoHintIsThere(): void
    {
        $this->browser->cookies = [];
        $this->world->signIn($this->browser);
        $this->browser->cookies['__Host-blog-pending'] = 'a sign-in that waits for a proof';
        $cookies = $this->browser->request()->cookies;
        $setCookies = $this->world->app()->signOut->signOut($cookies, $this->browser, null)->setCookies;
        self::assertStringContainsString('Max-Age=' . 400 * 86_400, $setCookies[0]);
        $this->browser->take($setCookies);
        self::assertSame(['__Host-blog-silent'], array_keys($this->browser->cookies));
        $this->world->issuer->clock->pass(399 * 86_400);
        self::assertTrue($this->visit()->onlyByClick);
    }

    public function testTakesNoOlderNewsThanTheSessionIs(): void
    {
        foreach ([[], ['code' => null, 'error' => 'login_required']] as $change) {
            $this->setUp();
            $sending = $this->visit()->sending;
            $this->world->issuer->clock->pass(5);
            $this->world->signIn($this->browser);
            $host = $this->browser->hostSession;
            $this->world->becomeBob();
            $this->world->comeBack($this->browser, $sending, $change);
            self::assertSame($host, $this->browser->hostSession);
            $session = $this->world->store->find($this->browser->idHash());
            self::assertSame(['a11ce', true], [$session->sub, $session->distrusted], 'but its own bearer is asked');
        }
    }

    public function testSignsInByAClickAfterASignOutHere(): void
    {
        $this->world->signIn($this->browser);
        $this->signOutHere();
        $this->world->signIn($this->browser);
        self::assertNotNull($this->browser->hostSession);
        self::assertSame([], $this->visit()->setCookies);
    }

    public function testTakesNoOtherPagesLinkForAClickAfterASignOutHere(): void
    {
        $request = fn (string $site) => $this->browser->request(headers: [
            ...Browser::VISIT, 'Sec-Fetch-Site' => $site,
        ]);
        $start = fn (ReceivedRequest $request) => $this->world->app()->start->begin($request, '/');
        self::assertNotInstanceOf(NotBegun::class, $start($request('cross-site')));
        $this->world->signIn($this->browser);
        $this->signOutHere();
        self::assertSame(NotBegun::AskForClick, $start($request('cross-site')));
        self::assertSame(NotBegun::AskForClick, $start($request('same-site')));
        self::assertNotInstanceOf(NotBegun::class, $start($request('same-origin')));
        $frame = $this->browser->request(headers: ['Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'iframe']);
        self::assertSame(NotBegun::AskForClick, $start($frame));
        $prefetch = $this->browser->request(headers: [...Browser::VISIT, 'Sec-Purpose' => 'prefetch']);
        self::assertSame(NotBegun::AskForClick, $start($prefetch));
    }

    /** @dataProvider clicks */
    public function testBeginsByAClickThoughThePersonSignedOutHere(array $headers): void
    {
        $this->world->signIn($this->browser);
        $this->signOutHere();
        $request = $this->browser->request(headers: $headers);
        self::assertNotInstanceOf(NotBegun::class, $this->world->app()->start->begin($request, '/'));
    }

    public static function clicks(): iterable
    {
        $ours = [...Browser::VISIT, 'Sec-Fetch-Site' => 'same-origin'];
        yield 'on a page of ours' => [$ours];
        yield 'in the address bar' => [Browser::VISIT];
        yield 'through a service worker' => [[...$ours, 'Sec-Fetch-Dest' => 'empty']];
        yield 'through a service worker that asks anew by the address' => [
            [...$ours, 'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty', 'Accept' => '*/*'],
        ];
        yield 'without Fetch Metadata' => [['Accept' => 'text/html']];
    }

    /** @dataProvider noClicks */
    public function testTakesNothingElseForAClickThoughNobodySignedOutHere(array $headers): void
    {
        foreach (['same-origin', 'same-site', 'cross-site'] as $site) {
            if ($site === 'same-origin' && $headers === self::FETCHED) {
                continue; // a service worker of ours
            }
            $request = $this->browser->request(headers: [...$headers, 'Sec-Fetch-Site' => $site]);
            self::assertSame(NotBegun::AskForClick, $this->world->app()->start->begin($request, '/'), $site);
        }
        self::assertSame([], $this->world->issuer->http->requests);
    }

    public static function noClicks(): iterable
    {
        foreach (['iframe', 'frame', 'object', 'embed'] as $destination) {
            yield $destination => [[...Browser::VISIT, 'Sec-Fetch-Dest' => $destination]];
        }
        yield 'a picture' => [['Sec-Fetch-Mode' => 'no-cors', 'Sec-Fetch-Dest' => 'image']];
        yield 'a script that fetches' => [self::FETCHED];
        yield 'a prefetch' => [[...Browser::VISIT, 'Sec-Purpose' => 'prefetch']];
        yield 'a page rendered ahead' => [[...Browser::VISIT, 'Sec-Purpose' => 'prefetch;prerender']];
        yield 'a prefetch of a link element' => [['Sec-Fetch-Mode' => 'no-cors', 'Sec-Fetch-Dest' => 'empty']];
    }

    public function testAsksForNoClickAfterASignOutThatTheIssuerIsTold(): void
    {
        $this->browser->cookies = [];
        $this->world->signIn($this->browser);
        $signedOut = $this->signOutEverywhere();
        self::assertNotNull($signedOut->url);
        self::assertFalse($this->visit()->onlyByClick, 'the issuer asks for the password');
        $request = $this->browser->request(headers: [...Browser::VISIT, 'Sec-Fetch-Site' => 'cross-site']);
        self::assertNotInstanceOf(NotBegun::class, $this->world->app()->start->begin($request, '/'));
    }

    /** @dataProvider issuersNotTold */
    public function testAsksForAClickAfterASignOutThatTheIssuerIsNotTold(\Closure $before, bool $isAway): void
    {
        $this->browser->cookies = [];
        $before($this->world, fn () => $this->world->signIn($this->browser));
        $signedOut = $this->signOutEverywhere();
        self::assertSame([null, $isAway], [$signedOut->url, $signedOut->isIssuerAway]);
        self::assertTrue($this->visit()->onlyByClick);
        $request = $this->browser->request(headers: [...Browser::VISIT, 'Sec-Fetch-Site' => 'cross-site']);
        self::assertSame(NotBegun::AskForClick, $this->world->app()->start->begin($request, '/'));
    }

    public static function issuersNotTold(): iterable
    {
        yield 'it does not answer' => [function (ApplicationWorld $world, \Closure $signIn): void {
            $signIn();
            $world->issuer->clock->pass(100);
            $world->issuer->http->answers = [];
        }, true];
        yield 'it has no end-session endpoint' => [function (ApplicationWorld $world, \Closure $signIn): void {
            $world->issuer->metadata = ['end_session_endpoint' => null];
            $signIn();
        }, false];
        yield 'the session was gone before' => [function (ApplicationWorld $world, \Closure $signIn): void {
            $signIn();
            $world->store->sessions = [];
        }, false];
    }

    public function testSaysThatTheIssuerIsAwayInsteadOfSendingAPersonThere(): void
    {
        $this->world->issuer->http->answers = [];
        $begun = $this->world->app()->start->begin($this->browser->request(), '/');
        self::assertSame(NotBegun::IssuerAway, $begun);
    }

    public function testEndsNothingByASignOutOfABrowserWithoutASession(): void
    {
        $this->world->signIn($this->world->browser());
        $stranger = $this->world->browser();
        $cookies = $stranger->request()->cookies;
        $signedOut = $this->world->app()->signOut->signOut($cookies, $stranger, 'https://blog.example.org/');
        self::assertSame([null, []], [$signedOut->url, $signedOut->setCookies]);
        self::assertCount(1, $this->world->store->sessions);
    }

    public function testSignsOutHereThoughTheIssuerIsAwayAndSaysSo(): void
    {
        $this->world->signIn($this->browser);
        $this->world->issuer->clock->pass(100);
        $document = IssuerDouble::ISSUER . '/.well-known/openid-configuration';
        $this->world->issuer->http->answers[$document] = new HttpResponse(503, [], '');
        $cookies = $this->browser->request()->cookies;
        $signedOut = $this->world->app()->signOut->signOut($cookies, $this->browser, 'https://blog.example.org/');
        self::assertSame([null, true], [$signedOut->url, $signedOut->isIssuerAway]);
        self::assertSame([], $this->world->store->sessions);
    }

    private function visit(string $path = '/', string $query = ''): Visit
    {
        $visit = $this->world->app()->recognise($this->browser->request($query), $this->browser, $path);
        $this->browser->take($visit->sending?->setCookies ?? $visit->setCookies);
        return $visit;
    }

    /** The script's hidden frame is sent off. */
    private function frame(): Sending
    {
        $headers = ['Sec-Fetch-Site' => 'same-origin', 'Sec-Fetch-Dest' => 'iframe', 'Sec-Fetch-Mode' => 'navigate'];
        $request = $this->browser->request(headers: $headers);
        $sending = $this->world->app()->recogniseFrame($request, $this->browser)->sending;
        $this->browser->take($sending->setCookies);
        return $sending;
    }

    private function signOutEverywhere(): SignedOut
    {
        $cookies = $this->browser->request()->cookies;
        $after = 'https://blog.example.org/signed-out';
        $signedOut = $this->world->app()->signOut->signOut($cookies, $this->browser, $after);
        $this->browser->take($signedOut->setCookies);
        return $signedOut;
    }

    private function signOutHere(): void
    {
        $cookies = $this->browser->request()->cookies;
        $this->browser->take($this->world->app()->signOut->signOut($cookies, $this->browser, null)->setCookies);
    }
}
