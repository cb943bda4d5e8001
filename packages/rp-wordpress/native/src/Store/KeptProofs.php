<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Store;

use Latchkey\WordPress\Core\Linking\AdoptionProof;
use Latchkey\WordPress\Core\Linking\AdoptionProofStore;
use Latchkey\WordPress\Core\Linking\StoredAdoptionProof;
use Latchkey\WordPress\Core\Linking\Subject;

/** Proofs of adoption; what is stored begins with a number that is another after each change. */
final class KeptProofs implements AdoptionProofStore
{
    private const SECONDS = 2 * 3600;

    public function __construct(
        private KeptValues $values,
    ) {
    }

    public function find(Subject $subject, string $localUserId): ?StoredAdoptionProof
    {
        $stored = $this->values->get(self::name($subject, $localUserId));
        if ($stored === null) {
            return null;
        }
        return new StoredAdoptionProof(AdoptionProof::fromJson(explode(' ', $stored, 2)[1]), $stored);
    }

    public function put(AdoptionProof $proof, ?string $replaces): bool
    {
        $name = self::name($proof->subject, $proof->localUserId);
        $text = bin2hex(random_bytes(8)) . " {$proof->toJson()}";
        $until = microtime(true) + self::SECONDS;
        return $replaces === null
            ? $this->values->add($name, $text, $until)
            : $this->values->replace($name, $replaces, $text, $until);
    }

    private static function name(Subject $subject, string $localUserId): string
    {
        return "proof {$subject->digest()} {$localUserId}";
    }
}
