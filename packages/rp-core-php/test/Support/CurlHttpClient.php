<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\Http\HttpResponse;

/** The client over ext-curl, for tests that go over a network; hosts bring their own. */
final class CurlHttpClient implements HttpClient
{
    public function send(HttpRequest $request): HttpResponse
    {
        $headers = [];
        $body = '';
        $isTooLong = false;
        $curl = curl_init($request->url);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $request->method,
            CURLOPT_HTTPHEADER => array_map(
                fn (string $name, string $value) => "{$name}: {$value}",
                array_keys($request->headers),
                $request->headers,
            ),
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTPS | CURLPROTO_HTTP,
            CURLOPT_TIMEOUT_MS => (int) ($request->timeoutSeconds * 1000),
            CURLOPT_NOSIGNAL => true,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$headers): int {
                if (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $name = strtolower(trim($name));
                    $headers[$name] = (isset($headers[$name]) ? "{$headers[$name]}, " : '') . trim($value);
                }
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => function ($curl, string $chunk) use (&$body, &$isTooLong, $request): int {
                $isTooLong = strlen($body) + strlen($chunk) > $request->mostBytes;
                $body .= $chunk;
                return $isTooLong ? 0 : strlen($chunk);
            },
        ]);
        if ($request->body !== null) {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $request->body);
        }
        if (curl_exec($curl) === false) {
            throw new HttpException($isTooLong ? 'the answer is too long' : curl_error($curl), $isTooLong);
        }
        return new HttpResponse(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $headers, $body);
    }
}
