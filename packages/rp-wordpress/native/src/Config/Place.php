<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Config;

/** Where the site lives, and the addresses of the sign-in below it. Never taken from a request. */
final class Place
{
    public const ENDPOINTS = [
        'start', 'callback', 'chrome', 'sign-out', 'signed-out', 'proof', 'backchannel', 'events', 'check',
    ];

    /**
     * @param string $origin `https://blog.example.org`
     * @param string $folder of the site on it, without a slash at the end: empty, or `/blog`
     * @param string $ownPath the folder of the sign-in's addresses
     */
    private function __construct(
        public readonly string $origin,
        public readonly string $folder,
        public readonly string $ownPath,
    ) {
    }

    /**
     * @param string $home the site's address
     * @param string $permalinks the structure; without one, or with one through index.php, the web server may hand
     *     WordPress only what names index.php
     */
    public static function of(string $home, string $permalinks): self
    {
        $parts = parse_url($home) ?: [];
        $scheme = strtolower($parts['scheme'] ?? '');
        $port = $parts['port'] ?? null;
        $isUsual = $port === null || $port === (['http' => 80, 'https' => 443][$scheme] ?? null);
        $origin = $scheme . '://' . strtolower($parts['host'] ?? '') . ($isUsual ? '' : ":{$port}");
        $folder = rtrim($parts['path'] ?? '', '/');
        $isThroughIndex = $permalinks === '' || str_starts_with($permalinks, '/index.php');
        return new self($origin, $folder, $folder . ($isThroughIndex ? '/index.php' : '') . '/latchkey');
    }

    public function url(string $endpoint): string
    {
        return $this->origin . $this->path($endpoint);
    }

    public function path(string $endpoint): string
    {
        return "{$this->ownPath}/{$endpoint}";
    }

    public function start(string $returnPath): string
    {
        return $this->path('start') . '?to=' . rawurlencode($returnPath);
    }

    public function home(): string
    {
        return "{$this->folder}/";
    }

    /** @return ?string which of the sign-in's addresses a request is for, whether it names index.php or not */
    public function endpointOf(string $requestPath): ?string
    {
        foreach (["{$this->folder}/latchkey/", "{$this->folder}/index.php/latchkey/"] as $own) {
            if (str_starts_with($requestPath, $own)) {
                $name = substr($requestPath, strlen($own));
                return in_array($name, self::ENDPOINTS, true) ? $name : null;
            }
        }
        return null;
    }

    /** @return ?string the path and query of an address of this site, given whole or from its path on */
    public function pathOf(string $address): ?string
    {
        if (str_starts_with($address, "{$this->origin}/")) {
            return substr($address, strlen($this->origin));
        }
        return str_starts_with($address, '/') ? $address : null;
    }
}
