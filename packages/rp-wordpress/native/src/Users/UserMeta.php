<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

/** What the plugin keeps with a user. */
final class UserMeta
{
    public const PICTURE = 'latchkey_picture';
    /** The address of which it is known that mail to it reaches the user. */
    public const CONFIRMED = 'latchkey_confirmed_email';
    public const ALL = [self::PICTURE, self::CONFIRMED];
}
