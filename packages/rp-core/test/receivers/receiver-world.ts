import type { TokenExpectations } from '../../src/receivers/read-signed-token.ts';
import type { ReceiverParts } from '../../src/receivers/receiver-parts.ts';
import type { LocalSession } from '../../src/session/local-session.ts';
import type { LocalSessionStore } from '../../src/session/local-session-store.ts';
import { InMemoryOneTimeStore } from '../support/in-memory-one-time-store.ts';
import { InMemorySessions } from '../support/in-memory-sessions.ts';
import { aLocalSession } from '../support/local-session.ts';
import { dateOf, type SessionOfVectors } from './token-vectors.ts';

/** An application that receives: its stores, and a clock that the test moves. */
export class ReceiverWorld {
  readonly expectations: TokenExpectations;
  readonly sessions = new InMemorySessions();
  readonly used = new InMemoryOneTimeStore();
  /** What the application was told that went wrong. */
  readonly faults: unknown[] = [];
  readonly onFault = (error: unknown): void => {
    this.faults.push(error);
  };
  readonly now = (): Date => dateOf(this.#seconds);
  #seconds: number;

  constructor(expectations: TokenExpectations, seconds: number) {
    this.expectations = expectations;
    this.#seconds = seconds;
  }

  setNow(seconds: number): void {
    this.#seconds = seconds;
  }

  async begin(...sessions: readonly SessionOfVectors[]): Promise<boolean[]> {
    return Promise.all(sessions.map((session) => this.sessions.insert(this.#localSession(session))));
  }

  /** Names of the sessions that are there. */
  left(): string[] {
    return this.sessions.all().map(({ idHash }) => idHash);
  }

  distrusted(): string[] {
    return this.sessions
      .all()
      .filter(({ distrusted }) => distrusted)
      .map(({ idHash }) => idHash);
  }

  /** What a receiver is given, but for what the test gives instead. */
  parts(instead: Partial<ReceiverParts> = {}): ReceiverParts {
    const { expectations, sessions, used, now, onFault } = this;
    return { expectations, sessions, used, now, onFault, ...instead };
  }

  /** The sessions, but for the methods that the test gives instead. */
  sessionsWith(instead: Partial<LocalSessionStore>): LocalSessionStore {
    const { sessions } = this;
    return {
      insert: (session) => sessions.insert(session),
      find: (idHash) => sessions.find(idHash),
      update: (idHash, change) => sessions.update(idHash, change),
      delete: (idHash) => sessions.delete(idHash),
      end: (ended, endedAt) => sessions.end(ended, endedAt),
      distrust: (issuer, sub) => sessions.distrust(issuer, sub),
      ...instead,
    };
  }

  #localSession({ name, sub, sid, begun_at: begunAt }: SessionOfVectors): LocalSession {
    const { issuer } = this.expectations;
    return aLocalSession({ idHash: name, issuer, sub, sid: sid ?? undefined, begunAt: dateOf(begunAt) });
  }
}

/** A change that does not come to its end before the test lets it. */
export class Held {
  readonly #reached = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();
  /** Resolves once the change has begun. */
  readonly reached = this.#reached.promise;

  hold(): Promise<void> {
    this.#reached.resolve();
    return this.#released.promise;
  }

  release(): void {
    this.#released.resolve();
  }
}

/** Lets everything happen that waits for nothing from outside. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
