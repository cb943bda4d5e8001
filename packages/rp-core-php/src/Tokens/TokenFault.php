<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

/** What is wrong with a token, named for the header or claim it is about; in the order in which it is looked for. */
enum TokenFault: string
{
    case Malformed = 'MALFORMED';
    case Alg = 'ALG';
    case Typ = 'TYP';
    case Crit = 'CRIT';
    case Key = 'KEY';
    case Signature = 'SIGNATURE';
    case Iss = 'ISS';
    case Aud = 'AUD';
    case Iat = 'IAT';
    case Exp = 'EXP';
    case Nbf = 'NBF';
    case Jti = 'JTI';
    case Txn = 'TXN';
    case Toe = 'TOE';
    case Events = 'EVENTS';
}
