<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

/** Fields in `application/x-www-form-urlencoded`. PHP's own reading keeps one of each name and changes names. */
final class FormFields
{
    /** @var list<array{string, string}> */
    private array $pairs = [];

    public function __construct(string $text)
    {
        foreach (explode('&', $text) as $pair) {
            if ($pair !== '') {
                [$name, $value] = [...explode('=', $pair, 2), ''];
                $this->pairs[] = [urldecode($name), urldecode($value)];
            }
        }
    }

    /** @return list<string> */
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

    /** @return ?string null where it is not there, or more than once */
    public function only(string $name): ?string
    {
        $values = $this->values($name);
        return count($values) === 1 ? $values[0] : null;
    }
}
