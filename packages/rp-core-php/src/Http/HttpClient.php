<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

/** Calls to the issuer. Certificates are verified, redirects are not followed, no cookies are kept. */
interface HttpClient
{
    /**
     * @return HttpResponse whatever its status
     * @throws HttpException when no answer came in time, or one that is longer than allowed
     */
    public function send(HttpRequest $request): HttpResponse;
}
