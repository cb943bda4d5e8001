<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Http\IncomingRequest;
use Latchkey\WordPress\Http\Reply;
use Latchkey\WordPress\Services;

/** Answers the sign-in's own addresses before WordPress looks for a page there. */
final class Router
{
    public function __construct(
        private Services $services,
    ) {
    }

    /** Action `init`. */
    public function answer(): void
    {
        if (PHP_SAPI === 'cli') {
            return;
        }
        $endpoint = $this->services->place()->endpointOf(IncomingRequest::path());
        if ($endpoint !== null) {
            Reply::send($this->answerFor($endpoint));
        }
    }

    /** Action `login_form_logout`: before WordPress signs out, and takes the ID token of the session with it. */
    public function logOut(): void
    {
        $nonce = $_REQUEST['_wpnonce'] ?? '';
        $parts = $this->services->parts();
        if ($parts?->browser->idHash() === null || !is_string($nonce) || !wp_verify_nonce($nonce, 'log-out')) {
            return;
        }
        Reply::send(SignOutEndpoint::signOut($parts));
    }

    private function answerFor(string $endpoint): Answer
    {
        $method = IncomingRequest::received()->method;
        $isPost = $method === 'POST';
        if ($endpoint === 'check') {
            return $method === 'GET' ? CheckEndpoint::answer($this->services) : self::notAllowed('GET');
        }
        $parts = $this->services->parts();
        if ($parts === null) {
            return $this->services->pages()->notSetUp();
        }
        return match ($endpoint) {
            'start' => $isPost ? self::notAllowed('GET') : SignInEndpoints::start($parts),
            'callback' => $isPost ? self::notAllowed('GET') : SignInEndpoints::callback($parts),
            'chrome' => $isPost ? self::notAllowed('GET') : Chrome::answer($parts),
            'signed-out' => $isPost ? self::notAllowed('GET') : Reply::redirect($parts->place->home()),
            'sign-out' => $isPost ? SignOutEndpoint::submit($parts) : self::notAllowed('POST'),
            'proof' => $isPost ? ProofEndpoint::submit($parts) : ProofEndpoint::show($parts),
            'backchannel' => $this->delivered('logout', $parts->relyingParty->logoutTokens->receive($parts->request)),
            'events' => $this->delivered('event', $parts->relyingParty->securityEvents->receive($parts->request)),
        };
    }

    /** Notes when the issuer last reached us, for the settings page. */
    private function delivered(string $kind, Answer $answer): Answer
    {
        if ($answer->status < 300) {
            $this->services->kept()->set("delivered {$kind}", (string) time(), microtime(true) + 90 * DAY_IN_SECONDS);
        }
        return $answer;
    }

    private static function notAllowed(string $allowed): Answer
    {
        $answer = Reply::json(['error' => 'invalid_request'], 405);
        return new Answer(405, [...$answer->headers, 'allow' => $allowed], $answer->body);
    }
}
