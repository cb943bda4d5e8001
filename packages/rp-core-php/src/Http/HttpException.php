<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

/** No answer came that can be read. The message holds no token. */
final class HttpException extends \RuntimeException
{
    /** @param bool $isAnswered whether a server answered, with more than was allowed */
    public function __construct(
        string $message,
        public readonly bool $isAnswered = false,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, 0, $previous);
    }
}
