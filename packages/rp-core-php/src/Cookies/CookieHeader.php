<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Cookies;

/**
 * A request's `Cookie` header as it came. PHP's own `$_COOKIE` keeps one value of each name and changes names, so
 * what was sent twice cannot be seen there.
 */
final class CookieHeader
{
    /** @var list<array{string, string}> */
    private array $pairs = [];

    public function __construct(?string $header)
    {
        foreach (explode(';', $header ?? '') as $pair) {
            // Only blank and tab are trimmed: what else looks like a space is part of a name, and such a name is not
            // ours.
            $parts = explode('=', trim($pair, " \t"), 2);
            if (count($parts) === 2 && $parts[0] !== '') {
                $this->pairs[] = [$parts[0], $parts[1]];
            }
        }
    }

    /**
     * All values of a cookie in the order in which the browser sent them: it may send a name more than once, from
     * another path or domain (RFC 6265, section 5.4).
     *
     * @return list<string>
     */
    public function values(string $name): array
    {
        $values = [];
        foreach ($this->pairs as [$found, $value]) {
            if ($found === $name) {
                $values[] = $value;
            }
        }
        return $values;
    }

    /**
     * The value of a cookie that only this host sets. Sent twice, one of them is somebody else's, since not every
     * browser enforces `__Host-`: then it counts as not sent.
     */
    public function own(string $name): ?string
    {
        $values = $this->values($name);
        return count($values) === 1 ? $values[0] : null;
    }

    /**
     * The cookies whose names begin so, in the browser's order; one that was sent twice counts as empty, as in `own`.
     *
     * @return list<array{string, string}> name and value, at most `$most`
     */
    public function ownWith(string $prefix, int $most): array
    {
        $found = [];
        foreach ($this->pairs as [$name, $value]) {
            // Keys are prefixed, since PHP makes numbers of some.
            $key = "={$name}";
            if (str_starts_with($name, $prefix) && (isset($found[$key]) || count($found) < $most)) {
                $found[$key] = [$name, isset($found[$key]) ? '' : $value];
            }
        }
        return array_values($found);
    }
}
