<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\ReceivedRequest;
use Latchkey\WordPress\Core\Linking\ProveAdoption;
use Latchkey\WordPress\Core\RelyingParty;
use Latchkey\WordPress\Config\Place;
use Latchkey\WordPress\Pages\SignInPages;
use Latchkey\WordPress\Session\WordPressBrowser;

/** What the sign-in's addresses are answered with. */
final class Parts
{
    public function __construct(
        public readonly RelyingParty $relyingParty,
        public readonly ProveAdoption $proveAdoption,
        public readonly Place $place,
        public readonly SignInPages $pages,
        public readonly WordPressBrowser $browser,
        public readonly ReceivedRequest $request,
    ) {
    }
}
