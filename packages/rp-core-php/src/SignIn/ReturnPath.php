<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

final class ReturnPath
{
    /** Longer ones do not fit into the cookie of an attempt. */
    private const LONGEST = 1024;

    /**
     * The path of this application to which a sign-in returns, or null where it is none: only a path with its query,
     * never an address of somebody else's (RFC 9700, section 4.11.1: no open redirect). It is what a browser makes of
     * it.
     *
     * @param string $ownPath the folder of the sign-in's own addresses, to which no sign-in returns
     */
    public static function read(?string $text, string $ownPath): ?string
    {
        if ($text === null || strlen($text) > self::LONGEST) {
            return null;
        }
        // Browsers read `\` as `/`, and drop tabs and line breaks before they read anything.
        if (preg_match('~^/(?!/)[!"$-\[\]-\~]*$~D', $text) !== 1) {
            return null;
        }
        [$path, $query] = [...explode('?', $text, 2), null];
        $path = self::withoutDots($path);
        if (str_starts_with($path, '//') || $path === $ownPath || str_starts_with($path, "{$ownPath}/")) {
            return null;
        }
        $path = self::encoded($path, '"<>^`{}');
        return $query === null || $query === '' ? $path : $path . '?' . self::encoded($query, '"<>\'');
    }

    /** Resolves `.` and `..`, also where their dots are encoded (WHATWG URL, section 4.4, path state). */
    private static function withoutDots(string $path): string
    {
        $segments = explode('/', substr($path, 1));
        $last = count($segments) - 1;
        $kept = [];
        foreach ($segments as $at => $segment) {
            $dots = str_ireplace('%2e', '.', $segment);
            if ($dots === '..') {
                array_pop($kept);
            }
            if ($dots !== '.' && $dots !== '..') {
                $kept[] = $segment;
            } elseif ($at === $last) {
                $kept[] = '';
            }
        }
        return '/' . implode('/', $kept);
    }

    private static function encoded(string $text, string $characters): string
    {
        $set = str_split($characters);
        return strtr($text, array_combine($set, array_map('rawurlencode', $set)));
    }
}
