<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

/** What the host answers at the callback; nothing of it is kept by a cache. */
enum CallbackAnswerKind
{
    /** A redirect (303) to `address`. */
    case Redirect;
    /**
     * The document for the hidden frame of the session check script, with the chrome of `session`, or of nobody. It
     * may be framed by this origin alone.
     */
    case Frame;
    /** A page that says which user name the person got (`newName`), and goes on to `address`. */
    case NewName;
    /** The page of the proof, by a redirect. */
    case Proof;
    /** Things changed meanwhile: a redirect to the host's own start, which returns to `address`. */
    case StartAgain;
    /** A page that says what happened (`reason`), with a click that begins anew and returns to `address`. */
    case Page;
}
