<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Core\Http\FormFields;
use Latchkey\WordPress\Core\Http\ReceivedRequest;
use Latchkey\WordPress\Http\Reply;

final class ReadForm
{
    private const MOST_BYTES = 64 * 1024;

    /** @return FormFields|Answer the fields of a form of at most 64 KiB, or the answer to what is none */
    public static function of(ReceivedRequest $request): FormFields|Answer
    {
        [$type] = explode(';', $request->headers['content-type'] ?? '', 2);
        $body = $request->body;
        return match (true) {
            strtolower(trim($type)) !== 'application/x-www-form-urlencoded' =>
                self::refused(415, 'send application/x-www-form-urlencoded'),
            $body === null || strlen($body) > self::MOST_BYTES => self::refused(413, 'the form is too large'),
            default => new FormFields($body),
        };
    }

    private static function refused(int $status, string $reason): Answer
    {
        return Reply::json(['error' => 'invalid_request', 'error_description' => $reason], $status);
    }
}
