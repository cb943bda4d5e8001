<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

enum ProofOutcome: string
{
    case CheckPassword = 'check-password';
    case SendMail = 'send-mail';
    case ShowConfirmation = 'show-confirmation';
    case Proved = 'proved';
    case Declined = 'declined';
    /** Wrong password or link; the person may try again. */
    case Failed = 'failed';
    case Locked = 'locked';
    case Expired = 'expired';
    /** Too many mails. */
    case MailLimit = 'mail-limit';
    /** What this proof does not offer, or nothing that can happen in its state. */
    case NotPossible = 'not-possible';
}
