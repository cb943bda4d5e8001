<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Session\LocalSession;

final class CallbackAnswer
{
    /**
     * @param string $address in `Redirect` a path here or an address of the issuer; else the return path
     * @param ?string $reason in `Page`: `continue` (not this browser's, used, or too late), `cancelled`,
     *     `not-admitted`, `session-ended`, `no-answer` (of the issuer), `failed` (its answer cannot be used),
     *     `nothing-waits` (for a proof, in this browser)
     * @param int $status of the page
     * @param list<string> $setCookies `Set-Cookie` lines
     * @param bool $ask in `Frame`, without a session: the trip ended in a fault and found nothing out, so the document
     *     says "ask", and the script's next page asks again
     */
    public function __construct(
        public readonly CallbackAnswerKind $kind,
        public readonly string $address,
        public readonly array $setCookies = [],
        public readonly ?LocalSession $session = null,
        public readonly ?string $newName = null,
        public readonly ?string $reason = null,
        public readonly int $status = 200,
        public readonly bool $ask = false,
    ) {
    }
}
