<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Http\HttpClient;
use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpRequest;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\SharedCache;

/**
 * Whether this application reached the issuer in the last minute. What one process learns serves all: one probe at a
 * time, and after a failure growing pauses (2 s to 1 min) in which only a click asks. That the issuer stopped answering
 * is noted once, and once that it answers again.
 */
final class ProviderReachability
{
    private const FRESH_SECONDS = 60;
    private const FIRST_PAUSE_SECONDS = 2;
    private const LONGEST_PAUSE_SECONDS = 60;
    /** A success that is younger needs no noting: each would be a write. */
    private const NOTED_SECONDS = 20;
    private const KEPT_SECONDS = 600;

    private string $cacheKey;

    public function __construct(
        private string $issuer,
        private HttpClient $http,
        private SharedCache $cache,
        private Clock $clock,
        private RelyingPartyLog $log,
    ) {
        $this->cacheKey = 'latchkey-reach-' . substr(hash('sha256', $issuer), 0, 32);
    }

    public function noteReached(): void
    {
        ['reachedAt' => $reachedAt, 'pauseSeconds' => $pause] = $this->state();
        if ($reachedAt === null || $this->clock->now() - $reachedAt >= self::NOTED_SECONDS) {
            $this->keep($this->clock->now(), 0, self::FIRST_PAUSE_SECONDS);
        }
        if ($pause !== self::FIRST_PAUSE_SECONDS) {
            $this->log->note('issuer.answers', []);
        }
    }

    /** @param string $reason for the log: nothing of a person or a token */
    public function noteFailed(string $reason): void
    {
        ['pausedUntil' => $pausedUntil, 'pauseSeconds' => $pause] = $this->state();
        $now = $this->clock->now();
        // Of many that failed together one lengthens the pause.
        if ($now >= $pausedUntil) {
            $this->keep(null, $now + $pause, min($pause * 2, self::LONGEST_PAUSE_SECONDS));
        }
        if ($pause === self::FIRST_PAUSE_SECONDS) {
            $this->log->note('issuer.no-answer', ['reason' => $reason]);
        }
    }

    /** Whether the issuer did not answer just now, so that nothing is asked yet. */
    public function isPaused(): bool
    {
        return $this->clock->now() < $this->state()['pausedUntil'];
    }

    /**
     * Whether it is worth sending a browser there. Probes when nothing is known, for one second at most before a page
     * and two after a click. A click asks in a pause too: the issuer may be back, and the person knows it. A page
     * does not wait for another process's probe, and is shown as it is.
     */
    public function isReachable(ReachabilityAsker $asker = ReachabilityAsker::Page): bool
    {
        ['reachedAt' => $reachedAt, 'pausedUntil' => $pausedUntil] = $this->state();
        $now = $this->clock->now();
        if ($reachedAt !== null && $now - $reachedAt < self::FRESH_SECONDS) {
            return true;
        }
        if ($asker === ReachabilityAsker::Click) {
            return $this->probe(2.0);
        }
        return $now >= $pausedUntil && $this->cache->add("{$this->cacheKey}-probe", '1', 2) && $this->probe(1.0);
    }

    private function probe(float $limitSeconds): bool
    {
        $url = rtrim($this->issuer, '/') . '/.well-known/openid-configuration';
        try {
            $response = $this->http->send(new HttpRequest('GET', $url, [], null, $limitSeconds));
            $reason = $response->status === 200 ? null : "status {$response->status} at the discovery document";
        } catch (HttpException $failure) {
            $reason = $failure->getMessage();
        }
        $reason === null ? $this->noteReached() : $this->noteFailed($reason);
        return $reason === null;
    }

    /** @return array{reachedAt: ?float, pausedUntil: float, pauseSeconds: int} */
    private function state(): array
    {
        $kept = json_decode($this->cache->get($this->cacheKey) ?? '', true);
        [$reachedAt, $pausedUntil, $pauseSeconds] = is_array($kept) ? $kept : [null, 0, self::FIRST_PAUSE_SECONDS];
        return ['reachedAt' => $reachedAt, 'pausedUntil' => $pausedUntil, 'pauseSeconds' => $pauseSeconds];
    }

    private function keep(?float $reachedAt, float $pausedUntil, int $pauseSeconds): void
    {
        $state = json_encode([$reachedAt, $pausedUntil, $pauseSeconds], JSON_THROW_ON_ERROR);
        $this->cache->set($this->cacheKey, $state, self::KEPT_SECONDS);
    }
}
