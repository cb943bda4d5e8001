<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Session;

use Latchkey\WordPress\Core\Secrets\RandomToken;
use Latchkey\WordPress\Http\IncomingRequest;

/** The token in WordPress's cookies that names a session. Those that the sign-in begins have a word in front. */
final class SessionToken
{
    private const PREFIX = 'latchkey-';

    public static function make(): string
    {
        return self::PREFIX . RandomToken::make();
    }

    /**
     * The token that the browser brought, whether it is any good or not; empty where it brought none, or two: then one
     * of them is a sibling host's. A site below a folder has the same one at two paths.
     */
    public static function brought(): string
    {
        if (count(array_unique(IncomingRequest::received()->cookies->values(LOGGED_IN_COOKIE))) > 1) {
            return '';
        }
        $cookie = wp_parse_auth_cookie('', 'logged_in');
        return is_array($cookie) ? (string) $cookie['token'] : '';
    }

    public static function isOurs(string $token): bool
    {
        return str_starts_with($token, self::PREFIX);
    }
}
