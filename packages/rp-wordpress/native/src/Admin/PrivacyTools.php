<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Admin;

use Latchkey\WordPress\Session\SessionTable;
use Latchkey\WordPress\Users\LinkTable;
use Latchkey\WordPress\Users\UserMeta;

/** WordPress's tools to export and erase what is kept about somebody. */
final class PrivacyTools
{
    public function __construct(
        private LinkTable $links,
        private SessionTable $sessions,
    ) {
    }

    public function register(): void
    {
        add_filter('wp_privacy_personal_data_exporters', fn (array $exporters): array => [
            ...$exporters,
            'latchkey' => ['exporter_friendly_name' => 'Latchkey', 'callback' => $this->export(...)],
        ]);
        add_filter('wp_privacy_personal_data_erasers', fn (array $erasers): array => [
            ...$erasers,
            'latchkey' => ['eraser_friendly_name' => 'Latchkey', 'callback' => $this->erase(...)],
        ]);
    }

    /** @return array{data: list<array<string, mixed>>, done: bool} */
    private function export(string $email): array
    {
        $user = get_user_by('email', $email);
        if (!$user instanceof \WP_User) {
            return ['data' => [], 'done' => true];
        }
        $items = [];
        foreach ($this->links->ofUser($user->ID) as $link) {
            $items[] = ['name' => __('Accounts site', 'latchkey'), 'value' => $link->subject->issuer];
            $items[] = ['name' => __('Account', 'latchkey'), 'value' => $link->subject->sub];
        }
        $picture = get_user_meta($user->ID, UserMeta::PICTURE, true);
        if (is_string($picture) && $picture !== '') {
            $items[] = ['name' => __('Picture', 'latchkey'), 'value' => $picture];
        }
        $group = ['group_id' => 'latchkey', 'group_label' => __('Sign-in', 'latchkey')];
        $data = $items === [] ? [] : [[...$group, 'item_id' => "latchkey-{$user->ID}", 'data' => $items]];
        return ['data' => $data, 'done' => true];
    }

    /** @return array<string, mixed> */
    private function erase(string $email): array
    {
        $user = get_user_by('email', $email);
        $isLinked = $user instanceof \WP_User && $this->links->isLinked($user->ID);
        if ($user instanceof \WP_User) {
            foreach (UserMeta::ALL as $key) {
                delete_user_meta($user->ID, $key);
            }
            $this->sessions->deleteOfUser($user->ID);
        }
        $kept = __('The link to the account at the accounts site stays, so that nobody else can take the user over. Erase the account there.', 'latchkey');
        return [
            'items_removed' => $isLinked,
            'items_retained' => $isLinked,
            'messages' => $isLinked ? [$kept] : [],
            'done' => true,
        ];
    }
}
