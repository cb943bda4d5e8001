import type { Stores, Transactions } from '../transactions.ts';
import type { EndedSessionClient, SessionSelection, SessionStore } from './session-store.ts';

/** Why sessions end. */
export type EndCause =
  | 'sign-out'
  | 'remote sign-out'
  | 'account switch'
  | 'expiry'
  | 'password change'
  | 'account disabled'
  | 'account removed';

/** Tells the applications that were signed in through sessions that these ended. */
export interface SignOutNotifier {
  /** Returns at once; each application is told on its own, and none delays another. */
  notify(clients: readonly EndedSessionClient[]): void;
}

export type EndedSessions = Awaited<ReturnType<SessionStore['end']>>;

export interface EndSessionsInput {
  readonly which: SessionSelection;
  readonly cause: EndCause;
  /** As in `SecurityEvent.actor`. */
  readonly actor: string;
  readonly network?: string | undefined;
}

/**
 * The one way in which sessions end: with all that they yielded, and with an event for each. It belongs to the caller's
 * transaction; the applications are told after its commit.
 */
export const endSessionsIn = async (
  { sessions, securityEvents }: Pick<Stores, 'sessions' | 'securityEvents'>,
  { which, cause, actor, network }: EndSessionsInput,
): Promise<EndedSessions> => {
  const ended = await sessions.end(which);
  for (const { accountId } of ended.sessions) {
    await securityEvents.record({ event: 'session.ended', actor, accountId, network, details: { cause } });
  }
  return ended;
};

/** Ends sessions in a transaction of its own and tells the applications. */
export class EndSessions {
  readonly #transactions: Transactions;
  readonly #notifier: SignOutNotifier;

  constructor(transactions: Transactions, notifier: SignOutNotifier) {
    this.#transactions = transactions;
    this.#notifier = notifier;
  }

  /** Answers what ended; the applications are being told. */
  async end(input: EndSessionsInput): Promise<EndedSessions> {
    const ended = await this.#transactions.run((stores) => endSessionsIn(stores, input));
    this.#notifier.notify(ended.clients);
    return ended;
  }
}
