<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\SignIn\Sending;

/** Who a request is from: somebody with a session, nobody, or a browser that is sent off first. */
final class Visit
{
    /**
     * @param ?Sending $sending where the browser is sent off: then nothing else is to be looked at
     * @param ?LocalSession $session null: nobody is signed in here
     * @param bool $ask whether a silent trip would be worth it where this request may not be sent off
     * @param string $browserState what the page says in `data-state`, so that the session check script notices when
     *     it no longer holds
     * @param bool $onlyByClick the person signed out here, or nobody is signed in although the browser brings a hint:
     *     enough was tried. Where a page needs somebody it must ask for a click, or that would be undone by itself
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public function __construct(
        public readonly ?Sending $sending,
        public readonly ?LocalSession $session = null,
        public readonly bool $ask = false,
        public readonly string $browserState = '',
        public readonly bool $onlyByClick = false,
        public readonly array $setCookies = [],
    ) {
    }
}
