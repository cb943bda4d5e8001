<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Cookies;

/** Who can read a cookie besides the servers that it is sent to. */
enum Readable
{
    case ByScripts;
    case ByServers;
}
