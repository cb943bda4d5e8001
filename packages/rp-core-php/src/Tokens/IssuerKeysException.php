<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

/** Why there is no key to check a signature with. */
final class IssuerKeysException extends \RuntimeException
{
    /** The issuer's keys cannot be read at the moment; nothing is known of the token. */
    public const UNAVAILABLE = 'ERR_ISSUER_KEYS_UNAVAILABLE';
    /** The issuer publishes no key, or more than one, that the token may be signed with. */
    public const UNKNOWN = 'ERR_ISSUER_KEY_UNKNOWN';

    private function __construct(
        public readonly string $errorCode,
        string $message,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, 0, $previous);
    }

    public static function unavailable(?\Throwable $previous = null): self
    {
        return new self(self::UNAVAILABLE, 'the keys of the issuer cannot be read at the moment', $previous);
    }

    public static function unknown(): self
    {
        return new self(self::UNKNOWN, 'the issuer has no such key');
    }
}
