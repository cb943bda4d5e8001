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
        ConfigFile::load();
        register_activation_hook($file, static fn () => Schema::make());
        register_deactivation_hook($file, self::deactivate(...));
        add_action('plugins_loaded', self::start(...));
    }

    private static function start(): void
    {
        Schema::ensure();
        $services = new Services();
        $recognition = $services->recognition();
        $router = new Router($services);

        // WordPress's own come at 10 (cookies) and 20 (application passwords).
        add_filter('determine_current_user', $recognition->determine(...), 30);
        add_filter('nocache_headers', $recognition->nocacheHeaders(...), PHP_INT_MAX);
        add_filter('wp_headers', $recognition->pageHeaders(...), PHP_INT_MAX);
        add_action('init', static function () use ($recognition, $router): void {
            load_plugin_textdomain('latchkey', false, dirname(plugin_basename(LATCHKEY_FILE)) . '/languages');
            wp_get_current_user();
            $recognition->answer();
            $router->answer();
        }, 0);
        add_action('login_form_logout', $router->logOut(...), 0);

        (new AccountGuard($services->links()))->register();
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
