<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Pages;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Config\Configuration;
use Latchkey\WordPress\Config\Place;
use Latchkey\WordPress\Http\Reply;

/** The pages of the sign-in, in words. */
final class SignInPages
{
    public function __construct(
        private Place $place,
        private Configuration $configuration,
    ) {
    }

    public function askForClick(string $returnPath): Answer
    {
        return $this->page(__('Sign in', 'latchkey'), __('You are not signed in here.', 'latchkey'), [
            __('Sign in', 'latchkey') => $this->place->start($returnPath),
            __('Go back', 'latchkey') => $returnPath,
        ]);
    }

    public function issuerAway(string $returnPath): Answer
    {
        $text = sprintf(
            /* translators: %s: host name of the accounts site */
            __(
                'The accounts site %s does not answer. You can go on reading here without signing in.',
                'latchkey'
            ),
            $this->issuerHost(),
        );
        return $this->page(__('Signing in does not work at the moment', 'latchkey'), $text, [
            __('Try again', 'latchkey') => $this->place->start($returnPath),
            __('Go back', 'latchkey') => $returnPath,
        ], 503, headers: ['retry-after' => '30']);
    }

    public function notSetUp(): Answer
    {
        $text = __('The administrators of this site have not finished connecting it to the accounts site.', 'latchkey');
        return $this->page(__('Signing in does not work at the moment', 'latchkey'), $text, [
            __('Go to the site', 'latchkey') => $this->place->home(),
        ], 503);
    }

    public function refusedFrame(): Answer
    {
        $text = __('It is loaded by pages of this site to see whether you are signed in.', 'latchkey');
        return $this->page(__('This address is for scripts', 'latchkey'), $text, [
            __('Go to the site', 'latchkey') => $this->place->home(),
        ], 400);
    }

    /** @param list<string> $setCookies `Set-Cookie` lines */
    public function newName(string $username, string $returnPath, array $setCookies): Answer
    {
        $text = sprintf(
            /* translators: 1: user name, 2: name of the site */
            __(
                'You are called %1$s at %2$s: your own user name is not available there. Signing in stays as it is.',
                'latchkey'
            ),
            $username,
            $this->site(),
        );
        return $this->page(__('Welcome', 'latchkey'), $text, [
            __('Continue', 'latchkey') => $returnPath,
        ], 200, $setCookies);
    }

    /**
     * @param string $reason of `CallbackAnswer`
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public function notSignedIn(string $reason, string $returnPath, int $status, array $setCookies): Answer
    {
        $host = $this->issuerHost();
        $again = $this->place->start($returnPath);
        [$title, $text] = match ($reason) {
            'continue' => [
                __('This sign-in cannot be completed', 'latchkey'),
                __(
                    'It was begun in another browser, was completed already, or waited too long. Nothing is lost.',
                    'latchkey'
                ),
            ],
            'cancelled' => [
                __('You are not signed in', 'latchkey'),
                /* translators: %s: host name of the accounts site */
                sprintf(__('You cancelled signing in at %s.', 'latchkey'), $host),
            ],
            'not-admitted' => [
                __('You cannot sign in here', 'latchkey'),
                sprintf(
                    /* translators: %s: name of the site */
                    __('Your account has no access to %s. Its administrators can tell you why.', 'latchkey'),
                    $this->site(),
                ),
            ],
            'session-ended' => [
                __('You are signed out', 'latchkey'),
                /* translators: %s: host name of the accounts site */
                sprintf(__('Your session at %s ended while you were signing in.', 'latchkey'), $host),
            ],
            'no-answer' => [
                __('Signing in does not work at the moment', 'latchkey'),
                /* translators: %s: host name of the accounts site */
                sprintf(__('The accounts site %s does not answer.', 'latchkey'), $host),
            ],
            'nothing-waits' => [
                __('No sign-in waits in this browser', 'latchkey'),
                __(
                    'It waited too long, or it was begun in another browser: open the link of the mail there.',
                    'latchkey'
                ),
            ],
            default => [
                __('Signing in did not work', 'latchkey'),
                sprintf(
                    /* translators: %s: host name of the accounts site */
                    __(
                        'The answer of %s could not be used. If it happens again, tell the administrators of this site.',
                        'latchkey'
                    ),
                    $host,
                ),
            ],
        };
        $links = match ($reason) {
            'continue' => [__('Continue', 'latchkey') => $again],
            'nothing-waits' => [__('Sign in', 'latchkey') => $again],
            'not-admitted', 'session-ended' => [
                __('Try again', 'latchkey') => $again,
                __('Go to the site without signing in', 'latchkey') => $this->place->home(),
            ],
            default => [
                __('Try again', 'latchkey') => $again,
                __('Go back without signing in', 'latchkey') => $returnPath,
            ],
        };
        return $this->page($title, $text, $links, $status, $setCookies);
    }

    public function foreignForm(): Answer
    {
        $text = __('This form was not made for your present session. Nothing was changed.', 'latchkey');
        return $this->page(__('Please sign out from the page itself', 'latchkey'), $text, [
            __('Go back', 'latchkey') => $this->place->home(),
        ], 403);
    }

    /** @param list<string> $setCookies `Set-Cookie` lines */
    public function signedOutHereOnly(array $setCookies): Answer
    {
        $text = sprintf(
            /* translators: %s: host name of the accounts site */
            __(
                'The accounts site %s does not answer at the moment: you may still be signed in there and in other applications.',
                'latchkey'
            ),
            $this->issuerHost(),
        );
        return $this->page(__('You are signed out here', 'latchkey'), $text, [
            __('Go to the site', 'latchkey') => $this->place->home(),
        ], 200, $setCookies);
    }

    /**
     * @param array<string, string> $links
     * @param list<string> $setCookies
     * @param list<array<string, mixed>> $forms
     * @param array<string, string> $headers
     */
    public function page(
        string $title,
        string $text,
        array $links,
        int $status = 200,
        array $setCookies = [],
        array $forms = [],
        array $headers = [],
    ): Answer {
        $answer = Reply::html(Page::render($title, $text, $links, $forms), $status, $setCookies);
        return new Answer($status, [...$answer->headers, ...$headers], $answer->body, $setCookies);
    }

    public function site(): string
    {
        return wp_specialchars_decode((string) get_option('blogname'), ENT_QUOTES);
    }

    public function issuerHost(): string
    {
        $parts = parse_url($this->configuration->issuer()) ?: [];
        return ($parts['host'] ?? '') . (isset($parts['port']) ? ":{$parts['port']}" : '');
    }
}
