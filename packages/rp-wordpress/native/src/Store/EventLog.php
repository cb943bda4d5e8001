<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Store;

use Latchkey\WordPress\Core\Linking\LinkingEntry;
use Latchkey\WordPress\Core\Linking\LinkingLog;
use Latchkey\WordPress\Core\RelyingPartyLog;

/** What administrators can find again: links in a table, for 90 days; faults of the moment in the log of PHP. */
final class EventLog implements LinkingLog, RelyingPartyLog
{
    public function record(LinkingEntry $entry): void
    {
        $details = ['reason' => $entry->reason, 'account' => substr($entry->subject->digest(), 0, 8)];
        $this->keep($entry->event, $entry->localUserId === null ? null : (int) $entry->localUserId, $details);
    }

    public function note(string $event, array $details): void
    {
        /** Tells other plugins what happened; details hold no token and nothing of a person. */
        do_action('latchkey_event', $event, $details);
        if (defined('WP_DEBUG_LOG') && WP_DEBUG_LOG) {
            error_log("latchkey {$event} " . json_encode($details, JSON_INVALID_UTF8_SUBSTITUTE));
        }
    }

    /** @return list<object> the newest first, with `at`, `event`, `user_id` and `details` */
    public function newest(int $most): array
    {
        global $wpdb;
        $query = 'select at, event, user_id, details from ' . Schema::table('log') . ' order by id desc limit %d';
        return $wpdb->get_results($wpdb->prepare($query, $most));
    }

    /** @param array<string, ?string> $details */
    private function keep(string $event, ?int $userId, array $details): void
    {
        global $wpdb;
        $wpdb->insert(Schema::table('log'), [
            'at' => microtime(true),
            'event' => $event,
            'user_id' => $userId,
            'details' => json_encode($details, JSON_THROW_ON_ERROR),
        ]);
    }
}
