<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Secrets\TokenHash;
use Latchkey\RelyingParty\Session\BrowserSessions;

/** A browser with its cookies, and the host's session in it. */
final class Browser implements BrowserSessions
{
    public const VISIT = ['Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document', 'Sec-Fetch-Site' => 'none'];

    /** @var array<string, string> */
    public array $cookies = [];
    /** The host's session: what the browser holds. */
    public ?string $hostSession = null;
    /** @var list<string> local users whose sessions the host began */
    public array $begun = [];

    /** @param list<string> $lines `Set-Cookie` lines */
    public function take(array $lines): void
    {
        foreach ($lines as $line) {
            [$pair] = explode(';', $line);
            [$name, $value] = explode('=', $pair, 2);
            if (str_contains($line, 'Max-Age=0')) {
                unset($this->cookies[$name]);
            } else {
                $this->cookies[$name] = $value;
            }
        }
    }

    /** @param array<string, string> $headers */
    public function request(
        string $query = '',
        array $headers = self::VISIT,
        string $method = 'GET',
        string $more = '',
    ): ReceivedRequest {
        $pairs = array_map(fn ($name, $value) => "{$name}={$value}", array_keys($this->cookies), $this->cookies);
        $cookie = implode('; ', [...$pairs, ...($more === '' ? [] : [$more])]);
        return new ReceivedRequest($method, $query, [...$headers, 'Cookie' => $cookie]);
    }

    public function idHash(): ?string
    {
        return $this->hostSession === null ? null : TokenHash::of($this->hostSession);
    }

    public function begin(string $localUserId, float $expiresAt): string
    {
        $this->begun[] = $localUserId;
        $this->hostSession = bin2hex(random_bytes(16));
        return TokenHash::of($this->hostSession);
    }

    public function end(): void
    {
        $this->hostSession = null;
    }
}
