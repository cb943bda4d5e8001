<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Core\Http\FormFields;
use Latchkey\WordPress\Core\Linking\AdoptionPage;
use Latchkey\WordPress\Core\Linking\ProofOutcome;
use Latchkey\WordPress\Core\Linking\ProofWay;
use Latchkey\WordPress\Core\SignIn\PendingSignIn;

/** The page on which somebody proves that a local user from before is theirs. */
final class ProofEndpoint
{
    /** `GET proof`; with `token`: the page behind the mailed link. */
    public static function show(Parts $parts): Answer
    {
        $pending = $parts->relyingParty->completeProof?->pending($parts->request->cookies);
        if ($pending === null) {
            return self::nothingWaits($parts);
        }
        $fields = new FormFields($parts->request->query);
        if ($fields->values('token') === []) {
            return self::page($parts, $pending, '');
        }
        $token = $fields->only('token') ?? '';
        $now = microtime(true);
        $outcome = $parts->proveAdoption->openMail($pending->subject, $pending->localUserId, $token, $now);
        if ($outcome !== ProofOutcome::ShowConfirmation) {
            return self::page($parts, $pending, self::said($outcome));
        }
        $text = __(
            'With this button the local user becomes part of your account. Its local password stops working.',
            'latchkey'
        );
        $form = self::form($parts, $pending, 'confirm', __('Yes, take it over', 'latchkey'), ['token' => $token]);
        return $parts->pages->page(__('Is this you?', 'latchkey'), $text, [], forms: [$form]);
    }

    /** `POST proof` with `csrf` and `action`: `password`, `mail`, `confirm` or `decline`. */
    public static function submit(Parts $parts): Answer
    {
        $completeProof = $parts->relyingParty->completeProof;
        $pending = $completeProof?->pending($parts->request->cookies);
        if ($completeProof === null || $pending === null) {
            return self::nothingWaits($parts);
        }
        $form = ReadForm::of($parts->request);
        if ($form instanceof Answer) {
            return $form;
        }
        if (!$parts->relyingParty->formTokens->isGood($pending->id, $form->only('csrf'))) {
            return self::page($parts, $pending, __('This form was not made for this sign-in.', 'latchkey'), 403);
        }
        $outcome = self::act($parts, $pending, $form);
        if ($outcome === ProofOutcome::Proved || $outcome === ProofOutcome::Declined) {
            $answer = $completeProof->complete($parts->request->cookies, $parts->browser);
            return SignInEndpoints::answerTo($answer, $parts);
        }
        return self::page($parts, $pending, self::said($outcome), $outcome === ProofOutcome::SendMail ? 200 : 403);
    }

    private static function act(Parts $parts, PendingSignIn $pending, FormFields $form): ProofOutcome
    {
        $prove = $parts->proveAdoption;
        [$subject, $userId, $now] = [$pending->subject, $pending->localUserId, microtime(true)];
        return match ($form->only('action')) {
            'password' => $prove->tryPassword($subject, $userId, $form->only('password') ?? '', $now),
            'mail' => $prove->sendMail($subject, $userId, $now),
            'confirm' => $prove->confirmMail($subject, $userId, $form->only('token') ?? '', $now),
            'decline' => $prove->decline($subject, $userId, $now),
            default => ProofOutcome::NotPossible,
        };
    }

    private static function nothingWaits(Parts $parts): Answer
    {
        return $parts->pages->notSignedIn('nothing-waits', $parts->place->home(), 400, []);
    }

    private static function page(Parts $parts, PendingSignIn $pending, string $notice, int $status = 200): Answer
    {
        $page = $parts->proveAdoption->page($pending->subject, $pending->localUserId, microtime(true));
        if ($page === null || $page->state === 'expired') {
            return self::nothingWaits($parts);
        }
        /* translators: %s: user name */
        $title = sprintf(__('Is “%s” yours?', 'latchkey'), $page->username);
        $text = trim($notice . ' ' . self::question($page, $parts->pages->site()));
        return $parts->pages->page($title, $text, [], $status, forms: self::forms($parts, $pending, $page));
    }

    private static function question(AdoptionPage $page, string $site): string
    {
        $user = $page->maskedEmail === null
            /* translators: 1: name of the site, 2: user name */
            ? sprintf(__('%1$s has a user “%2$s”.', 'latchkey'), $site, $page->username)
            : sprintf(
                /* translators: 1: name of the site, 2: user name, 3: e-mail address */
                __('%1$s has a user “%2$s” with the address %3$s.', 'latchkey'),
                $site,
                $page->username,
                $page->maskedEmail,
            );
        $more = [__('If it is yours, prove it once and it becomes part of your account.', 'latchkey')];
        if ($page->mailIsOut) {
            $more[] = __('A mail is under way: open its link in this browser.', 'latchkey');
        }
        if ($page->mailsLeft === 0) {
            $more[] = __('No further mails are sent.', 'latchkey');
        }
        return implode(' ', [$user, ...$more]);
    }

    /** @return list<array<string, mixed>> */
    private static function forms(Parts $parts, PendingSignIn $pending, AdoptionPage $page): array
    {
        $forms = [];
        if (in_array(ProofWay::Password, $page->ways, true)) {
            $form = self::form($parts, $pending, 'password', __('Take it over', 'latchkey'));
            /* translators: %s: user name */
            $label = sprintf(__('Local password of “%s”', 'latchkey'), $page->username);
            $forms[] = [...$form, 'password' => $label];
        }
        if (in_array(ProofWay::Mail, $page->ways, true)) {
            $forms[] = self::form($parts, $pending, 'mail', __('Send me a link by mail', 'latchkey'));
        }
        $forms[] = self::form($parts, $pending, 'decline', __('It is not mine: begin as a new user', 'latchkey'));
        return $forms;
    }

    /**
     * @param array<string, string> $more hidden fields
     * @return array{action: string, hidden: array<string, string>, button: string}
     */
    private static function form(
        Parts $parts,
        PendingSignIn $pending,
        string $action,
        string $button,
        array $more = [],
    ): array {
        $csrf = $parts->relyingParty->formTokens->tokenFor($pending->id);
        return [
            'action' => $parts->place->path('proof'),
            'hidden' => ['csrf' => $csrf, 'action' => $action, ...$more],
            'button' => $button,
        ];
    }

    private static function said(ProofOutcome $outcome): string
    {
        return match ($outcome) {
            ProofOutcome::SendMail => __('The mail was sent.', 'latchkey'),
            ProofOutcome::Failed => __('That was not right.', 'latchkey'),
            ProofOutcome::Locked => __('There were too many wrong passwords.', 'latchkey'),
            ProofOutcome::MailLimit => __('Enough mails were sent.', 'latchkey'),
            default => '',
        };
    }
}
