<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Admin;

use Latchkey\WordPress\Config\Configuration;
use Latchkey\WordPress\Http\WordPressHttpClient;
use Latchkey\WordPress\Services;

/** Settings → Latchkey. */
final class SettingsPage
{
    private const SLUG = 'latchkey';
    private const SAVE = 'latchkey-save';
    private const TEST = 'latchkey-test';

    /** @var list<Finding> */
    private array $findings = [];

    public function __construct(
        private Services $services,
    ) {
    }

    public function register(): void
    {
        add_action('admin_menu', function (): void {
            $hook = add_options_page('Latchkey', 'Latchkey', 'manage_options', self::SLUG, $this->show(...));
            if (is_string($hook)) {
                add_action("load-{$hook}", $this->act(...));
            }
        });
        add_filter('plugin_action_links_' . plugin_basename(LATCHKEY_FILE), static fn (array $links): array => [
            sprintf('<a href="%s">%s</a>', esc_url(self::address()), esc_html__('Settings', 'latchkey')),
            ...$links,
        ]);
        add_action('admin_notices', $this->remind(...));
    }

    private function act(): void
    {
        if (!current_user_can('manage_options') || ($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            return;
        }
        if (isset($_POST['latchkey_test'])) {
            check_admin_referer(self::TEST);
            $this->test();
            return;
        }
        check_admin_referer(self::SAVE);
        $given = isset($_POST['latchkey']) && is_array($_POST['latchkey']) ? wp_unslash($_POST['latchkey']) : [];
        update_option(Configuration::OPTION, $this->read($given));
        wp_safe_redirect(add_query_arg('saved', '1', self::address()));
        exit;
    }

    /**
     * @param array<string, mixed> $given
     * @return array<string, string>
     */
    private function read(array $given): array
    {
        $stored = Configuration::stored();
        foreach (array_keys(Configuration::NAMES) as $name) {
            $value = $given[$name] ?? null;
            if (!is_string($value) || $this->services->configuration()->sourceOf($name) !== 'settings') {
                continue;
            }
            $value = trim($value);
            if (isset(Configuration::CHOICES[$name])) {
                $stored[$name] = in_array($value, Configuration::CHOICES[$name], true) ? $value : '';
            } elseif ($name === 'client_secret') {
                // An empty field keeps what is there: it is never shown.
                $stored[$name] = $value === '' ? $stored[$name] ?? '' : Configuration::seal($value);
            } else {
                $stored[$name] = $name === 'roles' ? sanitize_textarea_field($value) : sanitize_text_field($value);
            }
        }
        return $stored;
    }

    private function test(): void
    {
        try {
            $settings = $this->services->settings();
        } catch (\RangeException $fault) {
            $this->findings = [Finding::fault($fault->getMessage())];
            return;
        }
        $checkUrl = $this->services->place()->url('check');
        $test = new ConnectionTest($settings, $checkUrl, new WordPressHttpClient(), $this->services->kept());
        $this->findings = $test->run();
    }

    private function remind(): void
    {
        $problem = $this->services->problem();
        if ($problem === '' || !current_user_can('manage_options')) {
            return;
        }
        printf(
            '<div class="notice notice-warning"><p>%s <a href="%s">%s</a></p></div>',
            /* translators: %s: what is not set */
            esc_html(sprintf(__('Latchkey is not connected yet: %s.', 'latchkey'), $problem)),
            esc_url(self::address()),
            esc_html__('Settings', 'latchkey'),
        );
    }

    private function show(): void
    {
        echo '<div class="wrap"><h1>Latchkey</h1>';
        if (isset($_GET['saved'])) {
            printf('<div class="notice notice-success"><p>%s</p></div>', esc_html__('The settings were saved.', 'latchkey'));
        }
        $this->showFindings();
        echo '<form method="post" action="' . esc_url(self::address()) . '"><table class="form-table">';
        wp_nonce_field(self::SAVE);
        $this->textRow('issuer', __('Accounts site (issuer)', 'latchkey'), 'url', 'https://accounts.example.org');
        $this->textRow('client_id', __('Client id', 'latchkey'), 'text', '');
        $this->textRow('client_secret', __('Client secret', 'latchkey'), 'password', '');
        $this->choiceRow('adopt', __('Local users from before', 'latchkey'), [
            'proof' => __('become somebody\'s after a proof: local password, or a mailed link', 'latchkey'),
            'verified-email' => __('become somebody\'s by the same confirmed address, without a proof (for migrations)', 'latchkey'),
            'never' => __('stay as they are; everybody gets a new user', 'latchkey'),
        ]);
        $this->choiceRow('emails', __('Addresses of local users', 'latchkey'), [
            'doubted' => __('count as confirmed only where the plugin has seen that mail arrives', 'latchkey'),
            'confirmed' => __('were all confirmed: this site never let anybody in without that', 'latchkey'),
        ]);
        $this->choiceRow('front_pages', __('Front pages', 'latchkey'), [
            'cached' => __('may be kept by a cache: a script shows who is signed in', 'latchkey'),
            'uncached' => __('are kept by no cache: the server may redirect to see who is signed in', 'latchkey'),
        ]);
        $this->choiceRow('line', __('Who is signed in', 'latchkey'), [
            'shown' => __('stands at the beginning of each front page', 'latchkey'),
            'hidden' => __('stands only where [latchkey_session] is', 'latchkey'),
        ]);
        $this->rolesRow();
        echo '</table>';
        submit_button();
        echo '</form><form method="post" action="' . esc_url(self::address()) . '">';
        wp_nonce_field(self::TEST);
        submit_button(__('Test the connection', 'latchkey'), 'secondary', 'latchkey_test');
        echo '</form>';
        $this->showAddresses();
        $this->showLog();
        echo '</div>';
    }

    private function showFindings(): void
    {
        $signs = ['good' => ['success', '✓'], 'warning' => ['warning', '!'], 'fault' => ['error', '✗']];
        foreach ($this->findings as $finding) {
            [$class, $sign] = $signs[$finding->kind];
            printf(
                '<div class="notice notice-%s inline latchkey-finding" data-kind="%s"><p>%s %s</p></div>',
                esc_attr($class),
                esc_attr($finding->kind),
                esc_html($sign),
                esc_html($finding->text),
            );
        }
    }

    private function textRow(string $name, string $label, string $type, string $placeholder): void
    {
        $configuration = $this->services->configuration();
        $source = $configuration->sourceOf($name);
        $isSecret = $name === 'client_secret';
        $isSet = $isSecret && $configuration->clientSecret() !== '';
        printf(
            '<tr><th scope="row"><label for="latchkey-%1$s">%2$s</label></th><td><input class="regular-text"'
                . ' id="latchkey-%1$s" name="latchkey[%1$s]" type="%3$s" value="%4$s" placeholder="%5$s"'
                . ' autocomplete="off"%6$s>%7$s</td></tr>',
            esc_attr($name),
            esc_html($label),
            esc_attr($type),
            esc_attr($isSecret ? '' : $configuration->text($name)),
            esc_attr($isSet ? __('set; leave empty to keep it', 'latchkey') : $placeholder),
            $source === 'settings' ? '' : ' disabled',
            $this->sourceText($name),
        );
    }

    /** @param array<string, string> $choices */
    private function choiceRow(string $name, string $label, array $choices): void
    {
        $configuration = $this->services->configuration();
        $isFixed = $configuration->sourceOf($name) !== 'settings';
        printf('<tr><th scope="row">%s</th><td><fieldset>', esc_html($label));
        foreach ($choices as $value => $text) {
            printf(
                '<label><input type="radio" name="latchkey[%s]" value="%s"%s%s> %s</label><br>',
                esc_attr($name),
                esc_attr($value),
                checked($configuration->choice($name), $value, false),
                $isFixed ? ' disabled' : '',
                esc_html($text),
            );
        }
        echo '</fieldset>' . $this->sourceText($name) . '</td></tr>'; // phpcs:ignore -- escaped there
    }

    private function rolesRow(): void
    {
        $configuration = $this->services->configuration();
        printf(
            '<tr><th scope="row"><label for="latchkey-roles">%s</label></th><td><textarea id="latchkey-roles"'
                . ' name="latchkey[roles]" rows="4" cols="50" placeholder="staff = editor"%s>%s</textarea>'
                . '<p class="description">%s</p>%s</td></tr>',
            esc_html__('Roles by group', 'latchkey'),
            $configuration->sourceOf('roles') === 'settings' ? '' : ' disabled',
            esc_textarea($configuration->text('roles')),
            esc_html__('One "group = role" a line. Roles that stand here are given and taken; others are left alone, and the last administrator stays one.', 'latchkey'),
            $this->sourceText('roles'),
        );
    }

    private function sourceText(string $name): string
    {
        $source = $this->services->configuration()->sourceOf($name);
        if ($source === 'settings') {
            return '';
        }
        $text = $source === 'constant'
            /* translators: %s: name of a constant */
            ? __('Set by the constant %s.', 'latchkey')
            /* translators: %s: name of a variable */
            : __('Set by the environment variable %s.', 'latchkey');
        return '<p class="description">' . esc_html(sprintf($text, Configuration::NAMES[$name])) . '</p>';
    }

    private function showAddresses(): void
    {
        $place = $this->services->place();
        printf('<h2>%s</h2><table class="widefat striped">', esc_html__('Addresses for the accounts site', 'latchkey'));
        $rows = [
            __('Redirect URI', 'latchkey') => 'callback',
            __('After signing out', 'latchkey') => 'signed-out',
            __('Back-channel logout', 'latchkey') => 'backchannel',
            __('Events', 'latchkey') => 'events',
        ];
        foreach ($rows as $label => $endpoint) {
            printf('<tr><td>%s</td><td><code>%s</code></td></tr>', esc_html($label), esc_html($place->url($endpoint)));
        }
        echo '</table>';
    }

    private function showLog(): void
    {
        $entries = $this->services->log()->newest(20);
        if ($entries === []) {
            return;
        }
        printf('<h2>%s</h2><table class="widefat striped">', esc_html__('What happened to local users', 'latchkey'));
        foreach ($entries as $entry) {
            $user = $entry->user_id === null ? false : get_userdata((int) $entry->user_id);
            $details = json_decode($entry->details, true);
            printf(
                '<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>',
                esc_html(wp_date('Y-m-d H:i:s', (int) $entry->at) ?: ''),
                esc_html($entry->event),
                esc_html($user instanceof \WP_User ? $user->user_login : ''),
                esc_html(is_string($details['reason'] ?? null) ? $details['reason'] : ''),
            );
        }
        echo '</table>';
    }

    private static function address(): string
    {
        return admin_url('options-general.php?page=' . self::SLUG);
    }
}
