<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

/** The message holds no token, code or address of a person. */
final class IssuerException extends \RuntimeException
{
    /** No answer, or one of a server that is ill. */
    public const UNREACHABLE = 'ERR_ISSUER_UNREACHABLE';
    /** An OAuth error; `oauthError` has its code. */
    public const REFUSED = 'ERR_ISSUER_REFUSED';
    /** An answer that a conforming issuer does not give, or that is not for us. */
    public const ANSWER = 'ERR_ISSUER_ANSWER';

    /** @param ?string $oauthError RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core 1.0, section 3.1.2.6 */
    private function __construct(
        public readonly string $errorCode,
        string $message,
        public readonly ?string $oauthError = null,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, 0, $previous);
    }

    public static function unreachable(?\Throwable $previous = null): self
    {
        return new self(self::UNREACHABLE, 'the issuer does not answer', null, $previous);
    }

    public static function refused(string $oauthError): self
    {
        return new self(self::REFUSED, "the issuer answered {$oauthError}", $oauthError);
    }

    public static function answer(string $message): self
    {
        return new self(self::ANSWER, $message);
    }
}
