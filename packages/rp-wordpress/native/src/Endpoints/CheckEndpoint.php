<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Http\Reply;
use Latchkey\WordPress\Services;

/** `GET check`: what the plugin says of itself to everybody; `latchkey connect` compares it. Nothing of it is secret. */
final class CheckEndpoint
{
    public static function answer(Services $services): Answer
    {
        $configuration = $services->configuration();
        $problem = $services->problem();
        $answer = Reply::json([
            'issuer' => $configuration->issuer(),
            'client_id' => $configuration->clientId(),
            'callback' => $services->place()->url('callback'),
            'ready' => $problem === '',
            ...($problem === '' ? [] : ['problem' => $problem]),
        ]);
        // Tells whoever asks twice whether a cache has answered the second time.
        $mark = bin2hex(random_bytes(8));
        $headers = [...$answer->headers, 'cache-control' => 'no-store', 'x-latchkey-answer' => $mark];
        return new Answer(200, $headers, $answer->body);
    }
}
