<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

use Latchkey\WordPress\Core\Linking\PlaceholderAddress;

/** For local users who have a link, the issuer is the only way in; for those whom it disabled, there is none. */
final class AccountGuard
{
    public function __construct(
        private LinkTable $links,
    ) {
    }

    public function register(): void
    {
        add_filter('authenticate', $this->authenticate(...), 1000);
        $applicationPasswords = 'wp_is_application_passwords_available_for_user';
        add_filter($applicationPasswords, $this->mayUseApplicationPasswords(...), PHP_INT_MAX, 2);
        add_filter('allow_password_reset', $this->mayResetPassword(...), PHP_INT_MAX, 2);
        add_filter('show_password_fields', $this->showsPasswordFields(...), PHP_INT_MAX, 2);
        add_filter('wp_pre_insert_user_data', $this->keepsPassword(...), PHP_INT_MAX, 3);
        add_action('after_password_reset', $this->noteConfirmed(...));
        add_filter('wp_mail', $this->withoutPlaceholders(...));
        add_filter('pre_get_avatar_data', $this->avatar(...), 10, 2);
    }

    /** After all others: whoever they let in. */
    private function authenticate(mixed $user): mixed
    {
        if (!$user instanceof \WP_User) {
            return $user;
        }
        // Also whom WordPress takes from the cookie: wp_signon() would begin a session that no sign-out reaches.
        $isByApplicationPassword = did_action('application_password_did_authenticate') > 0;
        $isLetIn = $isByApplicationPassword && !$this->links->isShutOut($user->ID);
        if ($isLetIn || !$this->links->isLinked($user->ID)) {
            return $user;
        }
        return new \WP_Error('latchkey_linked', __('This user signs in through the accounts site.', 'latchkey'));
    }

    private function mayUseApplicationPasswords(mixed $available, mixed $user): bool
    {
        return (bool) $available && $user instanceof \WP_User && !$this->links->isShutOut($user->ID);
    }

    private function mayResetPassword(mixed $allowed, mixed $userId): mixed
    {
        return $this->links->isLinked((int) $userId) ? false : $allowed;
    }

    private function showsPasswordFields(mixed $shown, mixed $user = null): mixed
    {
        return $user instanceof \WP_User && $this->links->isLinked($user->ID) ? false : $shown;
    }

    /** A linked user gets no local password, whoever sets one: it could be used nowhere. */
    private function keepsPassword(mixed $data, mixed $isUpdate, mixed $userId): mixed
    {
        if ($isUpdate && is_array($data) && isset($data['user_pass']) && $this->links->isLinked((int) $userId)) {
            unset($data['user_pass']);
        }
        return $data;
    }

    /** Who set a password by the mailed link has read mail to that address. */
    private function noteConfirmed(mixed $user): void
    {
        if ($user instanceof \WP_User) {
            update_user_meta($user->ID, UserMeta::CONFIRMED, wp_slash($user->user_email));
        }
    }

    private function withoutPlaceholders(mixed $mail): mixed
    {
        if (is_array($mail) && isset($mail['to'])) {
            $to = is_array($mail['to']) ? $mail['to'] : explode(',', (string) $mail['to']);
            $isReal = static fn (mixed $address) => !PlaceholderAddress::isOne(trim((string) $address));
            $left = array_filter($to, $isReal);
            $mail['to'] = count($left) === count($to) ? $mail['to'] : array_values($left);
        }
        return $mail;
    }

    private function avatar(mixed $arguments, mixed $about): mixed
    {
        $userId = match (true) {
            is_numeric($about) => (int) $about,
            $about instanceof \WP_User => $about->ID,
            $about instanceof \WP_Post => (int) $about->post_author,
            $about instanceof \WP_Comment => (int) $about->user_id,
            is_string($about) && str_contains($about, '@') => (int) (get_user_by('email', $about)->ID ?? 0),
            default => 0,
        };
        $picture = $userId > 0 ? get_user_meta($userId, UserMeta::PICTURE, true) : '';
        if (is_array($arguments) && is_string($picture) && $picture !== '' && empty($arguments['force_default'])) {
            $arguments['url'] = $picture;
            $arguments['found_avatar'] = true;
        }
        return $arguments;
    }
}
