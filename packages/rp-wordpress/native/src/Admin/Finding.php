<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Admin;

/** What one part of the connection test found. */
final class Finding
{
    /** @param 'good'|'warning'|'fault' $kind */
    private function __construct(
        public readonly string $kind,
        public readonly string $text,
    ) {
    }

    public static function good(string $text): self
    {
        return new self('good', $text);
    }

    public static function warning(string $text): self
    {
        return new self('warning', $text);
    }

    public static function fault(string $text): self
    {
        return new self('fault', $text);
    }
}
