<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

use Latchkey\RelyingParty\Linking\Usernames\DiscourseUsernames;
use Latchkey\RelyingParty\Linking\Usernames\HouseUsernames;
use Latchkey\RelyingParty\Linking\Usernames\MediaWikiUsernames;
use Latchkey\RelyingParty\Linking\Usernames\UsernameRules;
use Latchkey\RelyingParty\Linking\Usernames\WordPressUsernames;

/** Whose rule local user names follow. */
enum UsernameRule: string
{
    /** An application of the house, which has no rule of its own. */
    case House = 'house';
    case WordPress = 'wordpress';
    case MediaWiki = 'mediawiki';
    case Discourse = 'discourse';

    public function rules(): UsernameRules
    {
        return match ($this) {
            self::House => new HouseUsernames(),
            self::WordPress => new WordPressUsernames(),
            self::MediaWiki => new MediaWikiUsernames(),
            self::Discourse => new DiscourseUsernames(),
        };
    }
}
