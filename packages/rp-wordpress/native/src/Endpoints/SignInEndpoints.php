<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Core\Http\FormFields;
use Latchkey\WordPress\Core\SignIn\CallbackAnswer;
use Latchkey\WordPress\Core\SignIn\CallbackAnswerKind;
use Latchkey\WordPress\Core\SignIn\NotBegun;
use Latchkey\WordPress\Http\Reply;

/** The way to the issuer and back. */
final class SignInEndpoints
{
    /** `GET start?to=PATH`: a person asked to sign in. */
    public static function start(Parts $parts): Answer
    {
        $fields = new FormFields($parts->request->query);
        if ($fields->values('frame') === ['1']) {
            return Chrome::frame($parts);
        }
        $asked = $parts->relyingParty->returnPath($fields->only('to'));
        $returnPath = $asked === '/' ? $parts->place->home() : $asked;
        $begun = $parts->relyingParty->start->begin($parts->request, $returnPath);
        return match ($begun) {
            NotBegun::AskForClick => $parts->pages->askForClick($returnPath),
            NotBegun::IssuerAway => $parts->pages->issuerAway($returnPath),
            default => Reply::redirect($begun->url, $begun->setCookies),
        };
    }

    /** `GET callback` */
    public static function callback(Parts $parts): Answer
    {
        return self::answerTo($parts->relyingParty->callback->take($parts->request, $parts->browser), $parts);
    }

    public static function answerTo(CallbackAnswer $answer, Parts $parts): Answer
    {
        $setCookies = $answer->setCookies;
        $address = $answer->address === '/' ? $parts->place->home() : $answer->address;
        $begunFor = $parts->browser->begunFor();
        $user = $begunFor === null ? false : get_userdata($begunFor);
        if ($user instanceof \WP_User) {
            do_action('wp_login', $user->user_login, $user);
        }
        return match ($answer->kind) {
            CallbackAnswerKind::Redirect => Reply::redirect($address, $setCookies),
            CallbackAnswerKind::Frame => Chrome::document($answer->session, $answer->ask, $parts, $setCookies),
            CallbackAnswerKind::NewName => $parts->pages->newName((string) $answer->newName, $address, $setCookies),
            CallbackAnswerKind::Proof => Reply::redirect($parts->place->path('proof'), $setCookies),
            CallbackAnswerKind::StartAgain => Reply::redirect($parts->place->start($address), $setCookies),
            CallbackAnswerKind::Page => $parts->pages->notSignedIn(
                (string) $answer->reason,
                $address,
                $answer->status,
                $setCookies,
            ),
        };
    }
}
