<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

enum LinkDecisionKind: string
{
    case Use = 'use';
    case Create = 'create';
    case AskProof = 'ask-proof';
    case Adopt = 'adopt';
    /** Nothing happens until the person starts a sign-in: the application stays as it is, without them. */
    case Wait = 'wait';
    case Refuse = 'refuse';
}
