<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

/** Why a sign-in was not begun, and what the host shows instead. */
enum NotBegun
{
    /** A page with a link to the same address: a click on it begins. */
    case AskForClick;
    /** 503: the accounts site does not answer; one can go on reading without signing in. */
    case IssuerAway;
}
