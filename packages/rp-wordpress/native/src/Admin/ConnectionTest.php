<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Admin;

use Latchkey\WordPress\Core\Http\HttpClient;
use Latchkey\WordPress\Core\Http\HttpException;
use Latchkey\WordPress\Core\Http\HttpRequest;
use Latchkey\WordPress\Core\Http\HttpResponse;
use Latchkey\WordPress\Core\Secrets\RandomToken;
use Latchkey\WordPress\Core\Secrets\TokenHash;
use Latchkey\WordPress\Core\Settings;
use Latchkey\WordPress\Store\KeptValues;

/** Asks everything that a sign-in will need, and says in words what is wrong. */
final class ConnectionTest
{
    private const TOLERATED_SECONDS = 60;

    public function __construct(
        private Settings $settings,
        private string $checkUrl,
        private HttpClient $http,
        private KeptValues $kept,
    ) {
    }

    /** @return list<Finding> */
    public function run(): array
    {
        $discovery = $this->ask('GET', rtrim($this->settings->issuer, '/') . '/.well-known/openid-configuration');
        $findings = [$this->discovery($discovery)];
        if ($discovery instanceof HttpResponse && $findings[0]->kind === 'good') {
            $metadata = json_decode($discovery->body, true);
            $findings[] = $this->clock($discovery);
            $findings[] = $this->keys((string) ($metadata['jwks_uri'] ?? ''));
            $findings[] = $this->redirectUri((string) ($metadata['authorization_endpoint'] ?? ''));
            $findings[] = $this->secret((string) ($metadata['token_endpoint'] ?? ''));
        }
        return [...$findings, ...$this->ownAddresses(), $this->backChannel()];
    }

    private function discovery(HttpResponse|string $answer): Finding
    {
        $issuer = $this->settings->issuer;
        if (is_string($answer)) {
            $blocked = defined('WP_HTTP_BLOCK_EXTERNAL') && WP_HTTP_BLOCK_EXTERNAL
                ? ' ' . __('WP_HTTP_BLOCK_EXTERNAL is set: name the host in WP_ACCESSIBLE_HOSTS.', 'latchkey')
                : '';
            /* translators: 1: address of the accounts site, 2: reason */
            return Finding::fault(sprintf(__('%1$s does not answer: %2$s', 'latchkey'), $issuer, $answer) . $blocked);
        }
        $metadata = $answer->status === 200 ? json_decode($answer->body, true) : null;
        if (!is_array($metadata)) {
            $text = __('%1$s answers, but is no accounts site: its discovery document came with status %2$d.', 'latchkey');
            return Finding::fault(sprintf($text, $issuer, $answer->status));
        }
        $named = is_string($metadata['issuer'] ?? null) ? $metadata['issuer'] : '';
        if ($named !== $issuer) {
            $text = __('The accounts site calls itself "%1$s", not "%2$s": set exactly that, with or without the slash.', 'latchkey');
            return Finding::fault(sprintf($text, $named, $issuer));
        }
        return Finding::good(__('The accounts site answers, and is the one that is set.', 'latchkey'));
    }

    private function clock(HttpResponse $answer): Finding
    {
        $theirs = strtotime($answer->headers['date'] ?? '');
        if ($theirs === false) {
            return Finding::warning(__('The accounts site does not tell its time; the clocks were not compared.', 'latchkey'));
        }
        $difference = abs(time() - $theirs);
        return $difference > self::TOLERATED_SECONDS
            /* translators: %d: seconds */
            ? Finding::fault(sprintf(__('The clocks differ by %d seconds: set the one that is wrong by NTP.', 'latchkey'), $difference))
            : Finding::good(__('The clocks agree.', 'latchkey'));
    }

    private function keys(string $address): Finding
    {
        $answer = $this->ask('GET', $address);
        $keys = $answer instanceof HttpResponse ? json_decode($answer->body, true)['keys'] ?? null : null;
        $types = is_array($keys) ? array_column($keys, 'kty') : [];
        return array_intersect($types, ['RSA', 'EC', 'OKP']) === []
            ? Finding::fault(__('The keys of the accounts site cannot be read: no sign-in could be believed.', 'latchkey'))
            : Finding::good(__('The keys of the accounts site can be read.', 'latchkey'));
    }

    /** Asks as a browser would in which nobody is signed in: the answer must come back to us, as an error. */
    private function redirectUri(string $address): Finding
    {
        $answer = $this->ask('GET', $address . '?' . http_build_query([
            'client_id' => $this->settings->clientId,
            'response_type' => 'code',
            'redirect_uri' => $this->settings->redirectUri,
            'scope' => 'openid',
            'prompt' => 'none',
            'state' => RandomToken::make(),
            'nonce' => RandomToken::make(),
            'code_challenge' => TokenHash::of(RandomToken::make()),
            'code_challenge_method' => 'S256',
        ], '', '&', PHP_QUERY_RFC3986));
        $target = $answer instanceof HttpResponse ? $answer->headers['location'] ?? '' : '';
        if (str_starts_with($target, $this->settings->redirectUri . '?')) {
            return Finding::good(__('The accounts site knows the client and its redirect URI.', 'latchkey'));
        }
        $text = __('The accounts site does not know the client "%1$s", or not its redirect URI %2$s: register exactly that.', 'latchkey');
        return Finding::fault(sprintf($text, $this->settings->clientId, $this->settings->redirectUri));
    }

    /** A code that nobody gave is refused for itself where the secret is right, and for the secret where it is not. */
    private function secret(string $address): Finding
    {
        $pair = rawurlencode($this->settings->clientId) . ':' . rawurlencode($this->settings->clientSecret);
        $body = http_build_query([
            'grant_type' => 'authorization_code',
            'code' => RandomToken::make(),
            'redirect_uri' => $this->settings->redirectUri,
            'code_verifier' => RandomToken::make(),
        ]);
        $answer = $this->ask('POST', $address, [
            'Authorization' => 'Basic ' . base64_encode($pair),
            'Content-Type' => 'application/x-www-form-urlencoded',
        ], $body);
        $error = $answer instanceof HttpResponse ? json_decode($answer->body, true)['error'] ?? '' : '';
        return match ($error) {
            'invalid_grant' => Finding::good(__('The client secret is right.', 'latchkey')),
            'invalid_client' => Finding::fault(__('The accounts site refuses the client secret: enter it again.', 'latchkey')),
            default => Finding::warning(__('Whether the client secret is right could not be found out.', 'latchkey')),
        };
    }

    /** @return list<Finding> */
    private function ownAddresses(): array
    {
        $first = $this->ask('GET', $this->checkUrl);
        $said = $first instanceof HttpResponse && $first->status === 200 ? json_decode($first->body, true) : null;
        if (($said['callback'] ?? null) !== $this->settings->redirectUri || !$first instanceof HttpResponse) {
            $text = __('This site does not answer at its own address %s: the web server does not hand it to WordPress, or the server cannot reach itself.', 'latchkey');
            return [Finding::warning(sprintf($text, $this->checkUrl))];
        }
        $findings = [Finding::good(__('The addresses of the sign-in answer.', 'latchkey'))];
        $second = $this->ask('GET', $this->checkUrl);
        $mark = $first->headers['x-latchkey-answer'] ?? '';
        $isSame = $second instanceof HttpResponse && ($second->headers['x-latchkey-answer'] ?? '') === $mark;
        $isForbidden = str_contains($first->headers['cache-control'] ?? '', 'no-store');
        if ($isSame || !$isForbidden || (int) ($first->headers['age'] ?? 0) > 0) {
            $findings[] = Finding::fault(__('A cache in front of this site answers for the sign-in: let it pass everything below /latchkey/ unchanged.', 'latchkey'));
        }
        return $findings;
    }

    private function backChannel(): Finding
    {
        $last = $this->kept->get('delivered logout');
        if ($last === null) {
            return Finding::warning(__('The accounts site has never reached this site with a sign-out. Sign in, sign out at the accounts site, and test again: without it sign-outs arrive up to five minutes late.', 'latchkey'));
        }
        /* translators: %s: a span of time, such as "5 minutes" */
        $text = __('The accounts site last reached this site with a sign-out %s ago.', 'latchkey');
        return Finding::good(sprintf($text, human_time_diff((int) $last)));
    }

    /**
     * @param array<string, string> $headers
     * @return HttpResponse|string the answer, or why there is none
     */
    private function ask(string $method, string $url, array $headers = [], ?string $body = null): HttpResponse|string
    {
        if (!Settings::isSafe($url)) {
            return 'no https address';
        }
        try {
            return $this->http->send(new HttpRequest($method, $url, $headers, $body));
        } catch (HttpException $failure) {
            return $failure->getMessage();
        }
    }
}
