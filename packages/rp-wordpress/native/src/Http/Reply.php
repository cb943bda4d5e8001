<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Http;

use Latchkey\WordPress\Core\Http\Answer;

/** Answers of the sign-in's addresses: kept by no cache, and telling no later site where the browser came from. */
final class Reply
{
    /** For page caches that look at it. */
    public static function forbidCaching(): void
    {
        foreach (['DONOTCACHEPAGE', 'DONOTCACHEOBJECT', 'DONOTCACHEDB'] as $name) {
            if (!defined($name)) {
                define($name, true);
            }
        }
    }

    /** @param list<string> $setCookies `Set-Cookie` lines */
    public static function redirect(string $address, array $setCookies = []): Answer
    {
        return new Answer(303, ['location' => $address], '', $setCookies);
    }

    /**
     * @param list<string> $setCookies `Set-Cookie` lines
     * @param bool $isFrame whether pages of this origin may frame it
     */
    public static function html(string $text, int $status = 200, array $setCookies = [], bool $isFrame = false): Answer
    {
        $ancestors = $isFrame ? "'self'" : "'none'";
        return new Answer($status, [
            'content-type' => 'text/html; charset=utf-8',
            'content-security-policy' => "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                . "base-uri 'none'; frame-ancestors {$ancestors}",
            'x-frame-options' => $isFrame ? 'SAMEORIGIN' : 'DENY',
        ], $text, $setCookies);
    }

    /**
     * @param array<string, mixed> $value
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public static function json(array $value, int $status = 200, array $setCookies = []): Answer
    {
        $headers = ['content-type' => 'application/json; charset=utf-8'];
        $text = json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
        return new Answer($status, $headers, $text, $setCookies);
    }

    /** Sends an answer, and ends the request. */
    public static function send(Answer $answer): never
    {
        self::forbidCaching();
        nocache_headers();
        $always = [
            'cache-control' => 'private, no-store',
            'referrer-policy' => 'no-referrer',
            'x-content-type-options' => 'nosniff',
        ];
        foreach ([...$always, ...$answer->headers] as $name => $value) {
            header("{$name}: {$value}", true);
        }
        self::sendCookies($answer->setCookies);
        status_header($answer->status);
        echo $answer->body; // phpcs:ignore -- whoever made the answer has escaped it
        exit;
    }

    /** @param list<string> $lines `Set-Cookie` lines */
    public static function sendCookies(array $lines): void
    {
        foreach ($lines as $line) {
            header("Set-Cookie: {$line}", false);
        }
    }
}
