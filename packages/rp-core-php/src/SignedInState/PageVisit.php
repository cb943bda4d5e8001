<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

final class PageVisit
{
    private const PAGE_DESTINATIONS = ['document', 'empty'];

    /**
     * Whether a request may be answered by a redirect to the issuer: a GET that opens a page. Prefetches may (they
     * hide the redirects); forms, API calls, frames, downloads in parts and whatever else a page loads may not.
     * `empty` is what a service worker makes of a navigation that it passes on.
     *
     * @param array<string, string> $headers by lower-case name
     * @see Fetch Metadata Request Headers, sections 2.1 and 2.2
     */
    public static function mayBeRedirected(string $method, array $headers): bool
    {
        if ($method !== 'GET' || isset($headers['range'])) {
            return false;
        }
        $mode = $headers['sec-fetch-mode'] ?? null;
        $destination = $headers['sec-fetch-dest'] ?? null;
        if ($mode !== null || $destination !== null) {
            return $mode === 'navigate'
                && ($destination === null || in_array($destination, self::PAGE_DESTINATIONS, true));
        }
        return self::acceptsPages($headers['accept'] ?? '');
    }

    /** A program that takes whatever comes (any type) is not a browser that opens a page. */
    private static function acceptsPages(string $accept): bool
    {
        foreach (explode(',', $accept) as $range) {
            $parameters = array_map(fn (string $part) => strtolower(trim($part)), explode(';', $range));
            $type = array_shift($parameters);
            if ($type === 'text/html' && preg_grep('/^q=0(?:\.0*)?$/D', $parameters) === []) {
                return true;
            }
        }
        return false;
    }
}
