<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking\Usernames;

/** What user names of one kind of application are. Texts are UTF-8. */
interface UsernameRules
{
    /** In bytes. */
    public function maxLength(): int;

    /**
     * Brings a text into the application's form: unchanged where it has that already, however long it is; the empty
     * text where nothing of it can be kept.
     */
    public function shape(string $text): string;

    /** Mends what cutting or mapping left: too short, or ends in something that is not allowed there. */
    public function finish(string $text): string;

    /** Two names of the same form are one name to the application. */
    public function comparisonForm(string $name): string;
}
