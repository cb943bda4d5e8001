<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\SharedCache;
use stdClass;

/**
 * The keys with which the issuer signs, read when first needed and kept for ten minutes, for all processes. Strangers
 * can send tokens that name any key, so an unknown one costs the issuer one request a minute at most, whether that
 * succeeds or not.
 */
final class IssuerKeys
{
    /** Known keys are read again after so long. */
    private const CACHE_SECONDS = 600;
    /** A key that is not known makes the set be read again, once in so long. */
    private const REFRESH_PAUSE_SECONDS = 60;
    /** Without any keys, the issuer is asked again so long after it did not answer. */
    private const FAILURE_PAUSE_SECONDS = 5;
    private const MOST_BYTES = 64 * 1024;

    private string $cacheKey;

    /**
     * @param string $issuer whose keys they are: names what is kept of them
     * @param \Closure(): string $jwksUri where the issuer publishes its keys (OpenID Connect Discovery 1.0, section
     *     3), as discovery over TLS told it. It may throw while discovery fails; then it is asked again
     * @param float $timeoutSeconds how long the issuer has to answer
     */
    public function __construct(
        string $issuer,
        private \Closure $jwksUri,
        private HttpClient $http,
        private SharedCache $cache,
        private Clock $clock,
        private float $timeoutSeconds = 5,
    ) {
        $this->cacheKey = 'latchkey-keys-' . substr(hash('sha256', $issuer), 0, 32);
    }

    /**
     * The one key for signatures that fits. A key fits when its type does, when its `alg`, if told, is the token's,
     * when its `use`, if told, is `sig`, and when its `kid` is the token's, if the token names one. Of several that
     * fit none is taken: then the token has to name one (OpenID Connect Core 1.0, section 10.1). Whatever else a
     * token's header says (`jwk`, `jku`, `x5u`, `x5c`) is never looked at.
     *
     * @throws IssuerKeysException
     */
    public function find(SigningAlgorithm $algorithm, ?string $kid): PublicKey
    {
        $set = $this->known();
        $isFresh = $set !== null;
        $set ??= $this->read(self::FAILURE_PAUSE_SECONDS);
        $fitting = $this->fitting($set->keys, $algorithm, $kid);
        if ($fitting === [] && $isFresh) {
            $mayAsk = $this->clock->now() - $set->readAt >= self::REFRESH_PAUSE_SECONDS
                && $this->cache->add("{$this->cacheKey}-refresh", '1', self::REFRESH_PAUSE_SECONDS);
            if (!$mayAsk) {
                // Perhaps a new key of the issuer's, which a stranger's token keeps from being looked up: the sender
                // shall try again.
                throw IssuerKeysException::unavailable();
            }
            $set = $this->read(self::REFRESH_PAUSE_SECONDS);
            $fitting = $this->fitting($set->keys, $algorithm, $kid);
        }
        $key = count($fitting) === 1 ? PublicKey::fromJwk($fitting[0], $algorithm) : null;
        return $key ?? throw IssuerKeysException::unknown();
    }

    /** @return ?stdClass with `keys` and `readAt`; null where they are not known, or no longer */
    private function known(): ?stdClass
    {
        $set = Claims::decode($this->cache->get($this->cacheKey) ?? '');
        return $set !== null && $this->clock->now() - $set->readAt < self::CACHE_SECONDS ? $set : null;
    }

    /**
     * Asks the issuer, unless it just failed to answer: a flood of tokens must not become one of requests.
     *
     * @param int $pauseSeconds how long nobody asks once it does not answer
     */
    private function read(int $pauseSeconds): stdClass
    {
        $now = $this->clock->now();
        $pausedUntil = (float) ($this->cache->get("{$this->cacheKey}-pause") ?? 0);
        if ($now < $pausedUntil) {
            throw IssuerKeysException::unavailable();
        }
        try {
            $keys = $this->ask(($this->jwksUri)());
        } catch (\Exception $failure) {
            $this->cache->set("{$this->cacheKey}-pause", (string) ($now + $pauseSeconds), $pauseSeconds);
            throw IssuerKeysException::unavailable($failure);
        }
        $set = (object) ['keys' => $keys, 'readAt' => $now];
        $this->cache->set($this->cacheKey, json_encode($set, JSON_THROW_ON_ERROR), self::CACHE_SECONDS);
        return $set;
    }

    /** @return list<stdClass> */
    private function ask(string $uri): array
    {
        $headers = ['Accept' => 'application/json, application/jwk-set+json'];
        $response = $this->http->send(new HttpRequest(
            'GET',
            $uri,
            $headers,
            null,
            $this->timeoutSeconds,
            self::MOST_BYTES,
        ));
        // Redirects are not followed: the keys are where discovery says, or nowhere.
        if ($response->status !== 200) {
            throw new \RuntimeException("the issuer answered {$response->status} when asked for its keys");
        }
        $isShort = strlen($response->body) <= self::MOST_BYTES;
        $keys = $isShort ? Claims::decode($response->body)->keys ?? null : null;
        $isSet = is_array($keys) && array_filter($keys, fn (mixed $key) => !$key instanceof stdClass) === [];
        return $isSet ? $keys : throw new \RuntimeException('the issuer answered something else than a set of keys');
    }

    /**
     * @param list<stdClass> $keys
     * @return list<stdClass>
     */
    private function fitting(array $keys, SigningAlgorithm $algorithm, ?string $kid): array
    {
        return array_values(array_filter($keys, function (stdClass $key) use ($algorithm, $kid): bool {
            $operations = $key->key_ops ?? null;
            return ($key->kty ?? null) === $algorithm->keyType()
                && ($algorithm->curve() === null || ($key->crv ?? null) === $algorithm->curve())
                && ($kid === null || ($key->kid ?? null) === $kid)
                && (!is_string($key->alg ?? null) || $key->alg === $algorithm->value)
                && (!is_string($key->use ?? null) || $key->use === 'sig')
                && (!is_array($operations) || in_array('verify', $operations, true));
        }));
    }
}
