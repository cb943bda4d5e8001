<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Tokens\TokenFault;

/** Why a logout token was refused. The message holds nothing of the token and may be answered to its sender. */
final class LogoutTokenException extends \RuntimeException
{
    public readonly string $errorCode;

    /** @param string $fault of `TokenFault`; or `NONCE`; `SUBJECT`: neither `sub` nor `sid`; `REPLAYED`: a used `jti` */
    public function __construct(string $fault, string $message)
    {
        parent::__construct($message);
        $this->errorCode = "ERR_LOGOUT_TOKEN_{$fault}";
    }

    public static function of(TokenFault $fault, string $message): self
    {
        return new self($fault->value, $message);
    }
}
