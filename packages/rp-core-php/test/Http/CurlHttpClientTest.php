<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Http;

use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\Test\Support\CurlHttpClient;
use PHPUnit\Framework\TestCase;

final class CurlHttpClientTest extends TestCase
{
    /** @var resource */
    private $server;
    private string $url;

    protected function tearDown(): void
    {
        proc_terminate($this->server, SIGKILL);
        proc_close($this->server);
    }

    public function testKeepsWhatHttpClientPromises(): void
    {
        $this->serve(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nwww-authenticate: Bearer\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901",
        );
        $client = new CurlHttpClient();
        $answer = $client->send(new HttpRequest('POST', $this->url, ['Accept' => '*/*'], 'a=1'));
        self::assertSame([401, 'Basic, Bearer', '{}'], [
            $answer->status, $answer->headers['www-authenticate'], $answer->body,
        ]);
        self::assertSame(302, $client->send(new HttpRequest('GET', $this->url))->status, 'no redirect is followed');
        self::assertTrue($this->failure(new HttpRequest('GET', $this->url, mostBytes: 10))->isAnswered);
        $began = microtime(true);
        self::assertFalse($this->failure(new HttpRequest('GET', $this->url, timeoutSeconds: 0.3))->isAnswered);
        self::assertLessThan(5, microtime(true) - $began);
    }

    private function failure(HttpRequest $request): HttpException
    {
        try {
            (new CurlHttpClient())->send($request);
        } catch (HttpException $exception) {
            return $exception;
        }
        self::fail('there was an answer');
    }

    private function serve(string ...$texts): void
    {
        $script = __DIR__ . '/../Support/answer-raw.php';
        $command = [PHP_BINARY, $script, ...array_map('base64_encode', $texts)];
        $this->server = proc_open($command, [1 => ['pipe', 'w']], $pipes);
        $this->url = 'http://127.0.0.1:' . trim(fgets($pipes[1])) . '/';
    }
}
