import type { Transactions } from '../transactions.ts';
import type { EndedSessionClient, SessionSelection, SessionStore } from './session-store.ts';

/** Why sessions end. */
export type EndCause = 'sign-out' | 'remote sign-out' | 'account switch' | 'expiry';

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

/** The one way in which sessions end, apart from changes to an account that end its sessions in their own transaction. */
export class EndSessions {
  readonly #transactions: Transactions;
  readonly #notifier: SignOutNotifier;

  constructor(transactions: Transactions, notifier: SignOutNotifier) {
    this.#transactions = transactions;
    this.#notifier = notifier;
  }

  /** Answers what ended; the applications are being told. */
  async end({ which, cause, actor, network }: EndSessionsInput): Promise<EndedSessions> {
    const ended = await this.#transactions.run(async (stores) => {
      const result = await stores.sessions.end(which);
      for (const { accountId } of result.sessions) {
        await stores.securityEvents.record({ event: 'session.ended', actor, accountId, network, details: { cause } });
      }
      return result;
    });
    this.#notifier.notify(ended.clients);
    return ended;
  }
}
