<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

/** Signatures that everybody can check with the issuer's public key. Neither `none` nor shared secrets are among them. */
enum SigningAlgorithm: string
{
    case RS256 = 'RS256';
    case ES256 = 'ES256';
    case EdDSA = 'EdDSA';

    /** The type of key, in JWK's words. */
    public function keyType(): string
    {
        return match ($this) {
            self::RS256 => 'RSA',
            self::ES256 => 'EC',
            self::EdDSA => 'OKP',
        };
    }

    /** The curve of the key; null where there is none. */
    public function curve(): ?string
    {
        return match ($this) {
            self::RS256 => null,
            self::ES256 => 'P-256',
            self::EdDSA => 'Ed25519',
        };
    }
}
