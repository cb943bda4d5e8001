import type { SignInAnswer } from '../issuer/issuer-connection.ts';
import type { LocalSession } from '../session/local-session.ts';
import type { Attempt } from '../sign-in/attempt.ts';

/** What a good answer of the issuer came to. */
export type SignInOutcome =
  | {
      readonly kind: 'signed-in';
      readonly session: LocalSession;
      readonly setCookies: readonly string[];
      /** The user name that a new local user got because the issuer's was taken here: the person is told. */
      readonly newName: string | undefined;
    }
  /** A local user was there before, and the person is asked to prove that it is theirs. */
  | { readonly kind: 'proof'; readonly setCookies: readonly string[] }
  | {
      readonly kind: 'refused';
      readonly reason: 'not-admitted' | 'session-ended' | 'no-answer';
      readonly setCookies: readonly string[];
    };

export interface Answered {
  readonly answer: SignInAnswer;
  readonly attempt: Pick<Attempt, 'kind' | 'hints' | 'returnPath'>;
  /** The browser's session at this application so far. */
  readonly session: LocalSession | undefined;
}
