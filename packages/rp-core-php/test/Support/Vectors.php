<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use stdClass;

/** The cases that the TypeScript core is held to as well. */
final class Vectors
{
    /** @var array<string, stdClass> by name; nobody changes what was read */
    private static array $read = [];

    /** Reads a file of test/vectors, by its name; JSON's objects as objects. */
    public static function read(string $name): stdClass
    {
        return self::$read[$name] ??= json_decode(
            file_get_contents(__DIR__ . "/../../../../test/vectors/{$name}.json"),
            false,
            64,
            JSON_THROW_ON_ERROR,
        );
    }

    /**
     * The cases of the lists as PHPUnit's data, each named by its list and reason.
     *
     * @return iterable<string, array{stdClass}>
     */
    public static function cases(string $name, string ...$lists): iterable
    {
        $vectors = self::read($name);
        foreach ($lists as $list) {
            if (!isset($vectors->{$list}) || count($vectors->{$list}) === 0) {
                throw new \LogicException("{$name}.json has no list {$list}");
            }
            foreach ($vectors->{$list} as $number => $case) {
                yield "{$list} {$number}: {$case->why}" => [$case];
            }
        }
    }
}
