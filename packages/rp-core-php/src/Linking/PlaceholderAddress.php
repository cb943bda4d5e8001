<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class PlaceholderAddress
{
    /**
     * The address of a local user that has none of its own, where the application wants one. Each person has one
     * placeholder, it tells nothing about them, and no mail ever reaches it: `.invalid` is reserved for that (RFC 2606,
     * section 2).
     */
    public static function of(Subject $subject): string
    {
        return 'placeholder-' . substr($subject->digest(), 0, 32) . '@latchkey.invalid';
    }

    /** True for every address that `of` makes. Applications show "no address" in its place. */
    public static function isOne(string $address): bool
    {
        return preg_match('/^placeholder-[0-9a-f]{32}@latchkey\.invalid$/Di', $address) === 1;
    }
}
