<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\Http\HttpResponse;

/** Answers as the test says, and keeps what was asked. */
final class ScriptedHttp implements HttpClient
{
    /** @var array<string, \Closure(HttpRequest): HttpResponse|HttpResponse> by URL without query; others get no answer */
    public array $answers = [];
    /** @var list<HttpRequest> */
    public array $requests = [];

    public function send(HttpRequest $request): HttpResponse
    {
        $this->requests[] = $request;
        $answer = $this->answers[explode('?', $request->url)[0]] ?? throw new HttpException('no answer');
        return $answer instanceof \Closure ? $answer($request) : $answer;
    }

    /** How often this URL was asked for. */
    public function asked(string $url): int
    {
        return count(array_filter($this->requests, fn (HttpRequest $one) => explode('?', $one->url)[0] === $url));
    }

    public static function json(mixed $value, int $status = 200, array $headers = []): HttpResponse
    {
        $body = json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
        return new HttpResponse($status, ['Content-Type' => 'application/json', ...$headers], $body);
    }
}
