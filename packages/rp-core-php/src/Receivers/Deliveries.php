<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Http\Answer;
use Latchkey\RelyingParty\Http\ReceivedRequest;

/** What an issuer delivers, and how it is answered. */
final class Deliveries
{
    /** How long a delivery is remembered as applied: an issuer gives up well before. */
    public const APPLIED_SECONDS = 2 * 24 * 3600;

    private const MOST_BYTES = 64 * 1024;

    /**
     * Reads the body of what an issuer delivers: a POST of one media type, at most 64 KiB of UTF-8.
     *
     * @return string|Answer|null the body, or the answer to what is no delivery (405, 413, 415), or null when it
     *     cannot be read
     */
    public static function read(ReceivedRequest $request, string $mediaType): string|Answer|null
    {
        if ($request->method !== 'POST') {
            return self::answer(405, ['allow' => 'POST']);
        }
        [$type] = explode(';', $request->headers['content-type'] ?? '', 2);
        if (strtolower(trim($type)) !== $mediaType) {
            return self::answer(415);
        }
        $isLong = (float) ($request->headers['content-length'] ?? 0) > self::MOST_BYTES
            || strlen($request->body ?? '') > self::MOST_BYTES;
        if ($isLong) {
            return self::answer(413);
        }
        return $request->body !== null && preg_match('//u', $request->body) === 1 ? $request->body : null;
    }

    /**
     * An answer that no cache keeps: a kept one would keep later deliveries from us.
     *
     * @param array<string, string> $headers
     * @param ?array<string, string> $body
     */
    public static function answer(int $status, array $headers = [], ?array $body = null): Answer
    {
        $type = $body === null ? [] : ['content-type' => 'application/json'];
        return new Answer(
            $status,
            ['cache-control' => 'no-store', ...$type, ...$headers],
            $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES),
        );
    }

    /**
     * The key under which a `OneTimeStore` notes something as used. The parts may be of any length and hold anything; a
     * hash of them keeps the key short, and no part can be made to look like two.
     *
     * @param string $kind short, lower-case, says what is noted
     * @param list<string|int|null> $parts
     */
    public static function usedKey(string $kind, array $parts): string
    {
        return $kind . ':' . hash('sha256', json_encode($parts, JSON_THROW_ON_ERROR));
    }
}
