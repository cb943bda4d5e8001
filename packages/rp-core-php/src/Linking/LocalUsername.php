<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** The local user name of a person. An e-mail address is never made into one: user names are public. */
final class LocalUsername
{
    private const MAX_NUMBER = 99;

    /**
     * @param bool $differs whether the person must be told: it is not the name that the issuer says, as this
     *     application compares names
     */
    private function __construct(
        public readonly string $username,
        public readonly bool $differs,
    ) {
    }

    /**
     * The local user name of a person who has none yet.
     *
     * @param list<string> $taken names of local users, and others that the application would refuse; compared as the
     *     application does
     * @return ?self null where every candidate is taken
     */
    public static function choose(
        UsernameRule $rule,
        Subject $subject,
        ?string $preferredUsername,
        array $taken,
    ): ?self {
        $rules = $rule->rules();
        $forms = array_map($rules->comparisonForm(...), $taken);
        foreach (self::candidates($rule, $subject, $preferredUsername) as $username) {
            if (!in_array($rules->comparisonForm($username), $forms, true)) {
                return new self($username, self::differs($rule, $username, $preferredUsername));
            }
        }
        return null;
    }

    /**
     * The names that a person's local user can have, best first, at most 198: the issuer's, unchanged or in the
     * application's form; the same with the numbers 2 to 99; and `user-` with 8 hex digits from issuer and `sub`,
     * numbered likewise. Reserved names are left out; a person whose own name is reserved gets no `admin2` either.
     * The same input always gives the same names.
     *
     * @return iterable<string>
     */
    public static function candidates(UsernameRule $rule, Subject $subject, ?string $preferredUsername): iterable
    {
        $rules = $rule->rules();
        foreach ([self::wished($preferredUsername), 'user-' . substr($subject->digest(), 0, 8)] as $text) {
            $shaped = $rules->shape($text);
            $base = $shaped === '' ? '' : $rules->finish(self::cut($shaped, $rules->maxLength()));
            if ($base === '' || ReservedUsernames::isReserved($base)) {
                continue;
            }
            yield $base;
            for ($number = 2; $number <= self::MAX_NUMBER; $number++) {
                $name = self::numbered($base, $number, $rules->maxLength());
                if (!ReservedUsernames::isReserved($name)) {
                    yield $name;
                }
            }
        }
    }

    /** Whether a local user's name is another than the issuer's, as this application compares names. */
    public static function differs(UsernameRule $rule, string $username, ?string $preferredUsername): bool
    {
        $rules = $rule->rules();
        return $preferredUsername === null
            || $rules->comparisonForm($username) !== $rules->comparisonForm($preferredUsername);
    }

    /** What is written like an address counts as not given; `@alice` is how people write `alice`. */
    private static function wished(?string $preferredUsername): string
    {
        if ($preferredUsername === null || !Unicode::isText($preferredUsername)) {
            return '';
        }
        $text = (string) preg_replace('/^[@\x{FE6B}\x{FF20}]/u', '', $preferredUsername);
        return preg_match('/[@\x{FE6B}\x{FF20}]/u', $text) === 1 ? '' : $text;
    }

    private static function cut(string $text, int $bytes): string
    {
        $characters = Unicode::characters($text);
        $length = strlen($text);
        while ($length > $bytes) {
            $length -= strlen((string) array_pop($characters));
        }
        return implode('', $characters);
    }

    /** `alice2`; `alice1-2`, because `alice12` would be read as twelve. */
    private static function numbered(string $base, int $number, int $maxLength): string
    {
        $suffix = preg_match('/[0-9]$/D', $base) === 1 ? "-{$number}" : (string) $number;
        return rtrim(self::cut($base, $maxLength - strlen($suffix)), '-_. ') . $suffix;
    }
}
