<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Tokens\TokenFault;

/** Why a security event was refused. The message holds nothing of the token and may be answered to its sender. */
final class SecurityEventException extends \RuntimeException
{
    public readonly string $errorCode;
    /** What the sender is told (RFC 8935, section 2.4). */
    public readonly string $err;

    /** @param string $fault of `TokenFault`; `SUBJECT`: not a `sub_id` of a person of this issuer, or a `sub`; `CLAIMS` */
    public function __construct(string $fault, string $message)
    {
        parent::__construct($message);
        $this->errorCode = "ERR_SECURITY_EVENT_{$fault}";
        $this->err = match ($fault) {
            'ALG', 'KEY', 'SIGNATURE' => 'invalid_key',
            'ISS' => 'invalid_issuer',
            'AUD' => 'invalid_audience',
            default => 'invalid_request',
        };
    }

    public static function of(TokenFault $fault, string $message): self
    {
        return new self($fault->value, $message);
    }
}
