<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

/** A browser's session at the application, kept on its server. Moments in seconds since 1970. */
final class LocalSession
{
    /**
     * @param string $idHash SHA-256 of what the browser holds, base64url; the value itself is kept nowhere
     * @param string $sub the person at the issuer (OpenID Connect Core 1.0, section 2)
     * @param ?string $sid the name of the issuer's session; null where the issuer tells none
     * @param string $localUserId the person here, as `LocalUsers` knows them
     * @param ?string $hint the hint that this session answers for (claim `latchkey_hint`); null where the
     *     browser shows none here
     * @param list<string> $foreignHints hints that turned out not to be the issuer's: they cause no more silent
     *     trips. At most ten, the newest first
     * @param string $sealedTokens access token and ID token, sealed with the application's key: a copy of the store
     *     is of no use
     * @param ?float $accessTokenExpiresAt from then on the access token is of no use; null: as long as the session
     * @param ?string $profileEtag of the last profile answer, for `If-None-Match`
     * @param float $begunAt `iat` of the ID token, so on the issuer's clock; compared with `toe` of a logout token
     * @param float $provedAt when the issuer last said that its session lives
     * @param bool $distrusted something about the person changed: the next use is proved first, however young the proof
     * @param float $expiresAt the session's absolute end (claim `session_expires_at`, or the application's own limit
     *     where that is sooner)
     */
    public function __construct(
        public readonly string $idHash,
        public readonly string $issuer,
        public readonly string $sub,
        public readonly ?string $sid,
        public readonly string $localUserId,
        public readonly ?string $hint,
        public readonly array $foreignHints,
        public readonly string $sealedTokens,
        public readonly ?float $accessTokenExpiresAt,
        public readonly ?string $profileEtag,
        public readonly float $begunAt,
        public readonly float $provedAt,
        public readonly bool $distrusted,
        public readonly float $expiresAt,
    ) {
    }

    /**
     * The same but for what is told.
     *
     * @param array<string, mixed> $change as in `LocalSessionStore::update`
     */
    public function with(array $change): self
    {
        return new self(...[...get_object_vars($this), ...$change]);
    }
}
