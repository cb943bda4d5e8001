<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Http;

use Latchkey\WordPress\Core\Http\ReceivedRequest;

/** The request as it came. WordPress adds backslashes to `$_GET` and `$_POST`, and PHP changes names in them. */
final class IncomingRequest
{
    private const MOST_BYTES = 64 * 1024;

    private static ?ReceivedRequest $received = null;

    public static function received(): ReceivedRequest
    {
        return self::$received ??= self::read();
    }

    public static function path(): string
    {
        return explode('?', self::target(), 2)[0];
    }

    /** Path and query. */
    public static function target(): string
    {
        $target = $_SERVER['REQUEST_URI'] ?? '/';
        return is_string($target) && str_starts_with($target, '/') ? $target : '/';
    }

    private static function read(): ReceivedRequest
    {
        $headers = [];
        foreach ($_SERVER as $name => $value) {
            if (str_starts_with((string) $name, 'HTTP_') && is_string($value)) {
                $headers[strtr(strtolower(substr($name, 5)), '_', '-')] = $value;
            }
        }
        foreach (['CONTENT_TYPE' => 'content-type', 'CONTENT_LENGTH' => 'content-length'] as $name => $header) {
            if (is_string($_SERVER[$name] ?? null) && $_SERVER[$name] !== '') {
                $headers[$header] = $_SERVER[$name];
            }
        }
        $method = is_string($_SERVER['REQUEST_METHOD'] ?? null) ? $_SERVER['REQUEST_METHOD'] : 'GET';
        $query = explode('?', self::target(), 2)[1] ?? '';
        return new ReceivedRequest($method, $query, $headers, $method === 'POST' ? self::body() : '');
    }

    private static function body(): ?string
    {
        $text = file_get_contents('php://input', false, null, 0, self::MOST_BYTES + 1);
        return $text === false ? null : $text;
    }
}
