<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Settings;
use Latchkey\RelyingParty\SharedCache;
use Latchkey\RelyingParty\Tokens\Claims;
use stdClass;

/** What the issuer says of itself (OpenID Connect Discovery 1.0, section 4), read once an hour for all processes. */
final class IssuerMetadata
{
    private const FRESH_SECONDS = 3600;
    /** What held then is better than nothing while the issuer does not answer. */
    private const KEPT_SECONDS = 7 * 24 * 3600;

    /** A setting that is wrong is noted once in so long for all processes, since each request finds it out anew. */
    private const MISMATCH_SECONDS = 60;

    private string $cacheKey;
    private ?stdClass $known = null;

    public function __construct(
        private string $issuer,
        private HttpClient $http,
        private SharedCache $cache,
        private Clock $clock,
        private ProviderReachability $reachability,
        private RelyingPartyLog $log,
    ) {
        $this->cacheKey = 'latchkey-metadata-' . substr(hash('sha256', $issuer), 0, 32);
    }

    /**
     * @param float $limitSeconds how long the issuer has to answer
     * @throws IssuerException `UNREACHABLE`, `ANSWER`
     */
    public function get(float $limitSeconds = 5): stdClass
    {
        $this->known ??= Claims::decode($this->cache->get($this->cacheKey) ?? '');
        $isFresh = $this->known !== null && $this->clock->now() - $this->known->readAt < self::FRESH_SECONDS;
        if ($isFresh || ($this->known !== null && $this->reachability->isPaused())) {
            return $this->known->metadata;
        }
        try {
            $this->known = (object) ['metadata' => $this->read($limitSeconds), 'readAt' => $this->clock->now()];
            $kept = json_encode($this->known, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
            $this->cache->set($this->cacheKey, $kept, self::KEPT_SECONDS);
        } catch (IssuerException $failure) {
            if ($this->known === null) {
                throw $failure;
            }
        }
        return $this->known->metadata;
    }

    /**
     * An address of the issuer; null where it has no such thing. Secrets, codes and bearers go there and to nobody
     * whom the metadata could name over an unprotected connection.
     *
     * @throws IssuerException
     */
    public function address(string $name): ?string
    {
        $url = $this->get()->{$name} ?? null;
        if ($url === null) {
            return null;
        }
        if (!is_string($url) || !Settings::isSafe($url) || preg_match('/[^\x21-\x7e]/', $url) === 1) {
            throw IssuerException::answer("{$name} is no https address");
        }
        if (str_starts_with($this->issuer, 'https:') && !str_starts_with(strtolower($url), 'https:')) {
            throw IssuerException::answer("{$name} is no https address");
        }
        return $url;
    }

    /** @throws IssuerException also where the issuer names none */
    public function neededAddress(string $name): string
    {
        return $this->address($name) ?? throw IssuerException::answer("the issuer names no {$name}");
    }

    private function read(float $limitSeconds): stdClass
    {
        $url = rtrim($this->issuer, '/') . '/.well-known/openid-configuration';
        try {
            $headers = ['Accept' => 'application/json'];
            $response = $this->http->send(new HttpRequest('GET', $url, $headers, null, $limitSeconds));
        } catch (HttpException $failure) {
            $this->reachability->noteFailed($failure->getMessage());
            throw IssuerException::unreachable($failure);
        }
        $metadata = $response->status === 200 && $response->isJson() ? Claims::decode($response->body) : null;
        if ($metadata === null) {
            $this->reachability->noteFailed("status {$response->status} at the discovery document");
            throw IssuerException::unreachable();
        }
        $this->reachability->noteReached();
        $said = $metadata->issuer ?? null;
        if ($said !== $this->issuer) {
            // Links and tokens are compared character by character: one slash more makes everybody a stranger.
            if ($this->cache->add("{$this->cacheKey}-mismatch", '1', self::MISMATCH_SECONDS)) {
                $this->log->note('issuer.mismatch', ['setting' => $this->issuer, 'issuer' => $said]);
            }
            throw IssuerException::answer('the issuer writes itself otherwise than the setting');
        }
        return $metadata;
    }
}
