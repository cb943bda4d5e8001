<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

use Latchkey\WordPress\Core\Linking\LocalDescription;
use Latchkey\WordPress\Core\Linking\LocalProofs;
use Latchkey\WordPress\Config\Place;

/** How somebody shows that a local user is theirs. */
final class PasswordProofs implements LocalProofs
{
    public function __construct(
        private Place $place,
    ) {
    }

    public function describe(string $localUserId): ?LocalDescription
    {
        $user = get_userdata((int) $localUserId);
        return $user instanceof \WP_User
            ? new LocalDescription($user->user_login, $user->user_email === '' ? null : $user->user_email)
            : null;
    }

    public function isPasswordRight(string $localUserId, #[\SensitiveParameter] string $password): bool
    {
        $user = get_userdata((int) $localUserId);
        if (!$user instanceof \WP_User || $user->user_pass === '' || strlen($password) > 4096) {
            return false;
        }
        // WordPress hashes what forms send with the backslashes that it has put in.
        return wp_check_password($password, $user->user_pass, $user->ID)
            || wp_check_password(wp_slash($password), $user->user_pass, $user->ID);
    }

    public function sendLink(string $localUserId, #[\SensitiveParameter] string $token): void
    {
        $user = get_userdata((int) $localUserId);
        if (!$user instanceof \WP_User) {
            return;
        }
        $site = wp_specialchars_decode(get_option('blogname'), ENT_QUOTES);
        /* translators: %s: name of the site */
        $subject = sprintf(__('[%s] Is this user yours?', 'latchkey'), $site);
        $text = sprintf(
            /* translators: 1: name of the site, 2: user name */
            __(
                'Somebody who is signing in at %1$s says that the user "%2$s" is theirs.

If that is you, open this link in the browser in which you are signing in, and press the button on its page. The user then becomes part of your account, and its local password stops working:',
                'latchkey'
            ),
            $site,
            $user->user_login,
        );
        $otherwise = __('If it is not you, do nothing: without you nothing happens.', 'latchkey');
        $link = $this->place->url('proof') . '?token=' . rawurlencode($token);
        wp_mail($user->user_email, $subject, "{$text}\n\n{$link}\n\n{$otherwise}\n");
    }
}
