<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

/** WordPress's languages for those of the accounts site. */
final class Languages
{
    /** @return ?string null where no language that is installed fits */
    public static function installedFor(string $tag): ?string
    {
        return self::choose($tag, ['en_US', ...get_available_languages()]);
    }

    /**
     * The one that is written so, else the first of the same language.
     *
     * @param string $tag BCP 47
     * @param list<string> $installed as WordPress writes them
     */
    public static function choose(string $tag, array $installed): ?string
    {
        $wanted = strtolower(strtr($tag, '-', '_'));
        [$language] = explode('_', $wanted);
        $first = null;
        foreach ($installed as $locale) {
            $lower = strtolower($locale);
            if ($lower === $wanted) {
                return $locale;
            }
            if ($first === null && explode('_', $lower)[0] === $language) {
                $first = $locale;
            }
        }
        return $first;
    }
}
