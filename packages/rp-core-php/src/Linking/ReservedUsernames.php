<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/**
 * Names that no local user gets from a sign-in, in any application: one of them reserves it, or people would take its
 * bearer for the organisation. One list for all, so that a person is not `support` here and somebody else there.
 */
final class ReservedUsernames
{
    private const DISCOURSE = '
        admin moderator administrator mod sys system community info you name username user nickname discourse
        discourseorg discourseforum support all here discobot admins moderators staff everyone trustlevel0 trustlevel1
        trustlevel2 trustlevel3 trustlevel4
    ';

    private const MEDIAWIKI = '
        mediawikidefault conversionscript maintenancescript templatenamespaceinitialisationscript scriptimporter
        deletepagescript movepagescript commandlinescript unknownuser mediawiki redirectfixer doubleredirectfixer
        mediawikimessagedelivery usermessageeditor proxyblocker dnsbl sorbs spambot spamcleanup mediawikispamcleanup
        autochange automaticchange abusefilter mediawikiautomaticchange
    ';

    private const WORDPRESS = '
        www web root main invite wordpress superadmin editor author contributor subscriber files page comments blog
        feed wpadmin wpcontent wpincludes wpjson embed
    ';

    private const OTHERS = '
        abuse hostmaster postmaster webmaster security noreply mailerdaemon daemon nobody anonymous guest deleted
        deleteduser helpdesk help official operator owner service sysop superuser team null nil none undefined true
        false unknown api login logout settings account latchkey
    ';

    /** @var ?array<string, true> */
    private static ?array $reserved = null;

    /** Without regard to case, accents and marks: `Web-Master` is as reserved as `webmaster`. */
    public static function isReserved(string $name): bool
    {
        self::$reserved ??= array_fill_keys(
            preg_split('/\s+/', trim(self::DISCOURSE . self::MEDIAWIKI . self::WORDPRESS . self::OTHERS)) ?: [],
            true,
        );
        $letters = preg_replace('/[^a-z0-9]+/', '', Unicode::asciiLowerCase(FoldToAscii::of($name)));
        return isset(self::$reserved[$letters]);
    }
}
