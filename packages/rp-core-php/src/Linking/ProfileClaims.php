<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

use stdClass;

/** Reads claims, as `json_decode` gives them with objects as objects. */
final class ProfileClaims
{
    /**
     * Control characters, what shows nothing (format characters, fillers, an empty Braille cell), line and paragraph
     * separators: with them a text can look like another, or turn the rest of a line around. Joiners and variation
     * selectors stay: languages and emoji need them.
     */
    private const UNPRINTABLE = '/[\x{034F}\p{Cc}\p{Zl}\p{Zp}\x{00AD}\x{061C}\x{115F}\x{1160}\x{17B4}\x{17B5}'
        . '\x{180B}-\x{180F}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{2800}\x{3164}\x{FEFF}'
        . '\x{FFA0}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}'
        . '\x{E01F0}-\x{E0FFF}]/u';
    private const MAX_GROUPS = 250;
    private const MAX_SAFE_INTEGER = 9_007_199_254_740_991;

    /**
     * Reads what an issuer says of a person: the answer of `/profile` or `/userinfo`, the claims of an ID token or of
     * an event, already known to come from that issuer. A claim that has not the form it should have counts as not
     * told; only the person's identity is a matter of refusing.
     *
     * @param Subject $subject of whom it must speak: the `sub` of the verified ID token or event
     * @see OpenID Connect Core 1.0, sections 5.1 and 5.3.2 (a different `sub`: the answer must not be used)
     */
    public static function read(mixed $claims, Subject $subject): Profile|ProfileClaimsFault
    {
        if (!$claims instanceof stdClass) {
            return ProfileClaimsFault::NotAnObject;
        }
        $told = get_object_vars($claims);
        $sub = $told['sub'] ?? null;
        // A blank at an end is one of the things that databases do not compare.
        if (!is_string($sub) || preg_match('/^[\x21-\x7E](?:[\x20-\x7E]{0,253}[\x21-\x7E])?$/D', $sub) !== 1) {
            return ProfileClaimsFault::SubjectMalformed;
        }
        if ($sub !== $subject->sub) {
            return ProfileClaimsFault::SubjectMismatch;
        }
        $email = self::email($told['email'] ?? null);
        return new Profile(
            subject: $subject,
            preferredUsername: self::text($told['preferred_username'] ?? null, 255),
            name: self::text($told['name'] ?? null, 200),
            email: $email,
            emailVerified: $email !== null && ($told['email_verified'] ?? null) === true,
            picture: self::picture($told['picture'] ?? null),
            locale: self::locale($told['locale'] ?? null),
            groups: self::groups($told['groups'] ?? null),
            profileVersion: self::profileVersion($told['profile_version'] ?? null),
        );
    }

    /** An integer not below 0 that every reader of JSON takes for the same; else null. */
    public static function profileVersion(mixed $value): ?int
    {
        $isInteger = is_int($value) || (is_float($value) && floor($value) === $value);
        return $isInteger && $value >= 0 && $value <= self::MAX_SAFE_INTEGER ? (int) $value : null;
    }

    /** A text for people to see, composed and without white space around it; null where it is none. */
    private static function text(mixed $value, int $maxCodePoints): ?string
    {
        if (!is_string($value) || !Unicode::isText($value) || Unicode::utf16Length($value) > 2 * $maxCodePoints) {
            return null;
        }
        if (preg_match(self::UNPRINTABLE, $value) === 1) {
            return null;
        }
        $kept = Unicode::trim(Unicode::nfc($value));
        $isVisible = preg_match('/[\p{L}\p{N}\p{P}\p{S}]/u', $kept) === 1;
        return $isVisible && count(Unicode::characters($kept)) <= $maxCodePoints ? $kept : null;
    }

    private static function email(mixed $value): ?string
    {
        // An address that no mail can reach is verified by nobody, and could be taken for one of our placeholders.
        $isUsable = is_string($value) && EmailAddress::isAddress($value) && !EmailAddress::isUnmailable($value);
        return $isUsable ? $value : null;
    }

    private static function picture(mixed $value): ?string
    {
        // No character that one reader drops, turns or encodes and another does not.
        $grammar = '~^https?://(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?<port>[0-9]{1,5}))?'
            . '(?:[/?#](?:(?!["\'<>\\\\^`{|}])[\x21-\x7E])*)?$~D';
        if (!is_string($value) || strlen($value) > 2000 || preg_match($grammar, $value, $found) !== 1) {
            return null;
        }
        if ((int) ($found['port'] ?? 0) > 65_535) {
            return null;
        }
        $host = Unicode::asciiLowerCase($found['host']);
        if ($host[0] === '[' && filter_var(trim($host, '[]'), FILTER_VALIDATE_IP, FILTER_FLAG_IPV6) === false) {
            return null;
        }
        // Browsers read what ends in a number as an IPv4 address, in whatever way it is written.
        $isNumeric = preg_match('/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$/D', $host) === 1;
        if ($isNumeric && filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4) === false) {
            return null;
        }
        return str_starts_with($value, 'https:') || self::isLoopbackHost($host) ? $value : null;
    }

    private static function isLoopbackHost(string $host): bool
    {
        return $host === '[::1]'
            || preg_match('/^127(?:\.\d{1,3}){3}$/D', $host) === 1
            || preg_match('/^(?:[a-z0-9-]+\.)*localhost$/D', $host) === 1;
    }

    private static function locale(mixed $value): ?string
    {
        // OpenID Connect Core 1.0, section 5.1: some issuers write en_US.
        $tag = is_string($value) ? str_replace('_', '-', $value) : '';
        $isTag = strlen($tag) <= 35 && preg_match('/^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/Di', $tag) === 1;
        return $isTag ? $tag : null;
    }

    /** @return ?list<string> */
    private static function groups(mixed $value): ?array
    {
        if (!is_array($value)) {
            return null;
        }
        $kept = [];
        foreach ($value as $entry) {
            $group = self::text($entry, 64);
            // Lists of groups are separated by commas in places (Discourse), where `a,admins` would be two.
            if ($group !== null && !str_contains($group, ',') && !in_array($group, $kept, true)) {
                $kept[] = $group;
            }
            if (count($kept) === self::MAX_GROUPS) {
                break;
            }
        }
        return $kept;
    }
}
