<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/**
 * Who a person is here. Reasons:
 * - use: `linked`; `enabled-since`: the issuer vouched for the person after it disabled the account, so the news of
 *   enabling was lost;
 * - create: `no-candidate`, `username-match-only`, `address-unverified`, `adopting-is-off`, `several-candidates`,
 *   `candidate-was-linked`, `candidate-has-elevated-rights`, `candidate-disabled`, `candidate-cannot-be-proved`,
 *   `declined`;
 * - ask-proof: `proof-needed`, `address-unconfirmed`; adopt: `proved`, `verified-email`; wait: `adoptable-candidate`;
 * - refuse: `link-closed`, `account-disabled`, `local-user-disabled`, `local-user-missing`.
 */
final class LinkDecision
{
    /**
     * @param ?string $localUserId in ask-proof and adopt
     * @param ?list<ProofWay> $ways in ask-proof
     */
    private function __construct(
        public readonly LinkDecisionKind $kind,
        public readonly string $reason,
        public readonly ?string $localUserId = null,
        public readonly ?array $ways = null,
    ) {
    }

    /**
     * Decides who a person is here, once the issuer has said who they are there. Where it is silent:
     * - A link that was closed refuses for ever: `sub` is never reused, so its account was purged or the application
     *   cut the tie.
     * - A local user who may not be adopted keeps the address, and the person gets a local user of their own: nobody is
     *   refused because a stranger, or a predecessor at that mailbox, registered their address. That holds for one whom
     *   the application disabled, too.
     * - A user name in common is a coincidence: it never adopts, and the new user gets a number.
     * - An address held by several local users says of none that it is theirs.
     */
    public static function decide(LinkFacts $facts): self
    {
        if ($facts->link->state === 'closed') {
            return new self(LinkDecisionKind::Refuse, 'link-closed');
        }
        if ($facts->link->state === 'open') {
            return self::decideOpenLink($facts->link, $facts->issuedAtSeconds);
        }
        $obstacle = self::obstacle($facts);
        if ($obstacle !== null) {
            return new self(LinkDecisionKind::Create, $obstacle);
        }
        $candidate = $facts->sameEmail[0];
        $localUserId = $candidate->localUserId;
        if ($facts->how === SignInManner::Silent) {
            return new self(LinkDecisionKind::Wait, 'adoptable-candidate');
        }
        $ways = self::waysTo($candidate, $facts->proofWays);
        $proof = $facts->proof;
        if ($proof->localUserId === $localUserId) {
            if ($proof->standing === 'declined') {
                return new self(LinkDecisionKind::Create, 'declined');
            }
            if ($proof->standing === 'proved' && in_array($proof->way, $ways, true)) {
                return new self(LinkDecisionKind::Adopt, 'proved', $localUserId);
            }
        }
        if ($facts->adopt === AdoptSetting::VerifiedEmail && $candidate->emailConfirmed) {
            return new self(LinkDecisionKind::Adopt, 'verified-email', $localUserId);
        }
        $reason = $candidate->emailConfirmed ? 'proof-needed' : 'address-unconfirmed';
        return new self(LinkDecisionKind::AskProof, $reason, $localUserId, $ways);
    }

    private static function decideOpenLink(LinkState $link, float $issuedAtSeconds): self
    {
        if ($link->localUser === 'missing') {
            return new self(LinkDecisionKind::Refuse, 'local-user-missing');
        }
        if ($link->localUser === 'disabled') {
            return new self(LinkDecisionKind::Refuse, 'local-user-disabled');
        }
        if ($link->disabledAtSeconds === null) {
            return new self(LinkDecisionKind::Use, 'linked');
        }
        return $issuedAtSeconds > $link->disabledAtSeconds
            ? new self(LinkDecisionKind::Use, 'enabled-since')
            : new self(LinkDecisionKind::Refuse, 'account-disabled');
    }

    /** @return ?string why there is not one local user that this person may adopt; null: there is */
    private static function obstacle(LinkFacts $facts): ?string
    {
        $candidate = $facts->sameEmail[0] ?? null;
        if ($candidate === null) {
            return $facts->usernameHeld ? 'username-match-only' : 'no-candidate';
        }
        $needsProof = $facts->adopt === AdoptSetting::Proof || !$candidate->emailConfirmed;
        return match (true) {
            !$facts->emailVerified => 'address-unverified',
            $facts->adopt === AdoptSetting::Never => 'adopting-is-off',
            count($facts->sameEmail) > 1 => 'several-candidates',
            $candidate->everLinked => 'candidate-was-linked',
            $candidate->hasElevatedRights => 'candidate-has-elevated-rights',
            $candidate->disabled => 'candidate-disabled',
            $needsProof && self::waysTo($candidate, $facts->proofWays) === [] => 'candidate-cannot-be-proved',
            default => null,
        };
    }

    /**
     * A stranger can have registered with the person's address. The mail would reach the person, who would take over
     * what the stranger prepared; the password only the stranger knows.
     *
     * @param list<ProofWay> $offered
     * @return list<ProofWay>
     */
    private static function waysTo(AdoptionCandidate $candidate, array $offered): array
    {
        $isPossible = fn (ProofWay $way) => $way === ProofWay::Password || $candidate->emailConfirmed;
        return array_values(array_filter($offered, $isPossible));
    }
}
