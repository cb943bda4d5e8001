<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** How a person can prove that a local user is theirs. */
enum ProofWay: string
{
    case Password = 'password';
    case Mail = 'mail';
}
