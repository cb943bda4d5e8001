<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Config;

use Latchkey\WordPress\Core\Linking\AdoptSetting;
use Latchkey\WordPress\Core\Secrets\Sealer;

/** What the administrator has set: a constant before a variable of the environment before the settings page. */
final class Configuration
{
    public const OPTION = 'latchkey_settings';
    /** Constants and variables of the environment are called so. */
    public const NAMES = [
        'issuer' => 'LATCHKEY_ISSUER',
        'client_id' => 'LATCHKEY_CLIENT_ID',
        'client_secret' => 'LATCHKEY_CLIENT_SECRET',
        'adopt' => 'LATCHKEY_ADOPT',
        'front_pages' => 'LATCHKEY_FRONT_PAGES',
        'roles' => 'LATCHKEY_ROLES',
        'emails' => 'LATCHKEY_LOCAL_EMAILS',
        'line' => 'LATCHKEY_LINE',
    ];
    /** The first value is what holds where nothing, or something else, is set. */
    public const CHOICES = [
        'adopt' => ['proof', 'verified-email', 'never'],
        'front_pages' => ['cached', 'uncached'],
        'emails' => ['doubted', 'confirmed'],
        'line' => ['shown', 'hidden'],
    ];
    private const SECRET_CONTEXT = 'client secret';

    public function issuer(): string
    {
        return $this->text('issuer');
    }

    public function clientId(): string
    {
        return $this->text('client_id');
    }

    public function clientSecret(): string
    {
        $set = $this->outside('client_secret');
        if ($set !== null) {
            return $set;
        }
        $sealed = self::stored()['client_secret'] ?? '';
        return is_string($sealed) && $sealed !== '' ? self::sealer()->open($sealed, self::SECRET_CONTEXT) ?? '' : '';
    }

    public function adopt(): AdoptSetting
    {
        return AdoptSetting::from($this->choice('adopt'));
    }

    /** Whether a shared cache may keep front pages. */
    public function areFrontPagesCached(): bool
    {
        return $this->choice('front_pages') === 'cached';
    }

    /** Whether the administrator vouches that each local user's address was seen to reach them. */
    public function areLocalEmailsConfirmed(): bool
    {
        return $this->choice('emails') === 'confirmed';
    }

    /** Whether each front page begins with the line that says who is signed in. */
    public function isLineShown(): bool
    {
        return $this->choice('line') === 'shown';
    }

    /** @return array<string, list<string>> the roles of each group */
    public function roles(): array
    {
        return RoleMapping::read($this->text('roles'));
    }

    public function text(string $name): string
    {
        $value = $this->outside($name) ?? self::stored()[$name] ?? '';
        return is_string($value) ? trim($value) : '';
    }

    public function choice(string $name): string
    {
        $value = $this->text($name);
        return in_array($value, self::CHOICES[$name], true) ? $value : self::CHOICES[$name][0];
    }

    /** @return 'constant'|'environment'|'settings' where a value comes from; only the last can be changed on the page */
    public function sourceOf(string $name): string
    {
        if (self::constant($name) !== null) {
            return 'constant';
        }
        return self::variable($name) !== null ? 'environment' : 'settings';
    }

    /** What seals cookies and kept tokens: made of the keys in wp-config.php, so that the database alone opens nothing. */
    public static function cookieSecret(): string
    {
        return hash_hmac('sha256', 'latchkey', wp_salt('auth') . wp_salt('secure_auth'), true);
    }

    public static function seal(#[\SensitiveParameter] string $secret): string
    {
        return self::sealer()->seal($secret, self::SECRET_CONTEXT);
    }

    /** @return array<string, mixed> */
    public static function stored(): array
    {
        $stored = get_option(self::OPTION, []);
        return is_array($stored) ? $stored : [];
    }

    private static function sealer(): Sealer
    {
        return new Sealer(self::cookieSecret(), 'wordpress settings');
    }

    private function outside(string $name): ?string
    {
        return self::constant($name) ?? self::variable($name);
    }

    private static function constant(string $name): ?string
    {
        $value = defined(self::NAMES[$name]) ? constant(self::NAMES[$name]) : null;
        return is_string($value) && $value !== '' ? $value : null;
    }

    private static function variable(string $name): ?string
    {
        $value = getenv(self::NAMES[$name]);
        return is_string($value) && $value !== '' ? $value : null;
    }
}
