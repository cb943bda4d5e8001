<?php

declare(strict_types=1);

namespace Latchkey\WordPress;

use Latchkey\WordPress\Admin\PrivacyTools;
use Latchkey\WordPress\Admin\SettingsPage;
use Latchkey\WordPress\Config\ConfigFile;
use Latchkey\WordPress\Endpoints\Router;
use Latchkey\WordPress\Pages\LoginForm;
use Latchkey\WordPress\Pages\SessionElement;
use Latchkey\WordPress\Store\Schema;
use Latchkey\WordPress\Users\AccountGuard;

/** Tells WordPress where the plugin comes in. */
final class Plugin
{
    public const CLEANUP = 'latchkey_forget_expired';
    private const VERSION = '0.1.0';

    public static function register(string $file): void
    {
        define('LATCHKEY_FILE', $file);
        define('LATCHKEY_VERSION', self::VERSION);
        if (is_multisite()) {
            self::refuseNetwork($file);
            return;
        }
        ConfigFile::load();
        register_activation_hook($file, static fn () => Schema::make());
        register_deactivation_hook($file, self::deactivate(...));

        // Now, and not when all plugins are loaded: whoever asks first who is signed in gets an answer that
        // WordPress keeps for the whole request. Its own come at 10 (cookies) and 20 (application passwords).
        $services = new Services();
        $found = $services->recognition(...);
        $determine = static fn (mixed $given) => $found()->determine($given);
        add_filter('determine_current_user', $determine, 30);
        $nocache = static fn (mixed $headers) => $found()->nocacheHeaders($headers);
        add_filter('nocache_headers', $nocache, PHP_INT_MAX);
        $ofPage = static fn (mixed $headers) => $found()->pageHeaders($headers);
        add_filter('wp_headers', $ofPage, PHP_INT_MAX);
        (new AccountGuard($services->links()))->register();
        add_action('deleted_user', static function (mixed $userId) use ($services): void {
            $services->links()->forgetUser((int) $userId);
            $services->sessions()->deleteOfUser((int) $userId);
        });
        add_action('plugins_loaded', static fn () => self::start($services));
    }

    /**
     * In a network users belong to all sites and rights to one: an administrator of one site could have their own
     * issuer say that they are somebody of another.
     */
    private static function refuseNetwork(string $file): void
    {
        $reason = 'Latchkey does not work in a network of sites yet, and does nothing here.';
        register_activation_hook($file, static fn () => wp_die(esc_html($reason)));
        $show = static function () use ($reason): void {
            echo '<div class="notice notice-error"><p>' . esc_html($reason) . '</p></div>';
        };
        add_action('admin_notices', $show);
        add_action('network_admin_notices', $show);
    }

    private static function start(Services $services): void
    {
        Schema::ensure();
        $recognition = $services->recognition();
        $router = new Router($services);

        add_action('init', static function () use ($recognition, $router): void {
            load_plugin_textdomain('latchkey', false, dirname(plugin_basename(LATCHKEY_FILE)) . '/languages');
            wp_get_current_user();
            $recognition->answer();
            $router->answer();
        }, 0);
        add_action('login_form_logout', $router->logOut(...), 0);

        $relyingParty = $services->relyingParty(...);
        (new SessionElement($relyingParty, $services->configuration(), $services->place(), $recognition))->register();
        (new LoginForm($relyingParty, $services->place(), $recognition, $services->pages()))->register();

        (new SettingsPage($services))->register();
        (new PrivacyTools($services->links(), $services->sessions()))->register();

        add_action(self::CLEANUP, static fn () => Schema::forgetExpired());
        if (!wp_next_scheduled(self::CLEANUP) && !wp_installing()) {
            wp_schedule_event(time() + HOUR_IN_SECONDS, 'daily', self::CLEANUP);
        }
    }

    /** Nothing would end these sessions any more. */
    private static function deactivate(): void
    {
        global $wpdb;
        $sessions = (new Services())->sessions();
        foreach ($wpdb->get_col('select id_hash from ' . Schema::table('sessions')) as $idHash) {
            $sessions->delete($idHash);
        }
        wp_clear_scheduled_hook(self::CLEANUP);
    }
}
