import type { WrapStores } from '../../src/compose.ts';
import type { EngineStores } from '../../src/oidc/engine-stores.ts';

export interface Held {
  /** Resolves with the name of the call, such as `sessions.prolong`, when it is being held. */
  readonly reached: Promise<string>;
  readonly release: () => void;
}

type Store = Record<string, (...given: unknown[]) => Promise<unknown>>;

/** Stands in the way of calls to the stores, so that something else happens exactly then. */
export class CallGate {
  #calls = 0;
  #holdAt = 0;
  #hold: (name: string) => Promise<void> = async () => {};

  readonly wrap: WrapStores = (stores) =>
    Object.fromEntries(
      Object.entries(stores).map(([storeName, store]) => [storeName, this.#wrapStore(storeName, store as Store)]),
    ) as unknown as EngineStores;

  /** Holds the n-th call from now on, before it reaches the database. */
  holdAt(n: number): Held {
    const reached = Promise.withResolvers<string>();
    const released = Promise.withResolvers<void>();
    this.#calls = 0;
    this.#holdAt = n;
    this.#hold = (name) => {
      reached.resolve(name);
      return released.promise;
    };
    return { reached: reached.promise, release: released.resolve };
  }

  open(): void {
    this.#holdAt = 0;
  }

  #wrapStore(storeName: string, store: Store): Store {
    return new Proxy(store, {
      get: (target, method: string) => {
        return async (...given: unknown[]) => {
          this.#calls += 1;
          if (this.#calls === this.#holdAt) await this.#hold(`${storeName}.${method}`);
          return target[method]?.(...given);
        };
      },
    });
  }
}

/**
 * Runs a request again and again, each time holding another of its calls while something else is done, until one run
 * has no such call any more.
 * @param prepare what each run begins with; answers the request, and what is done while it is held
 * @returns the names of the calls, in their order
 */
export const holdEachCall = async <T>(
  gate: CallGate,
  prepare: () => Promise<{
    readonly request: () => Promise<T>;
    readonly meanwhile: () => Promise<unknown>;
    /** What must be so afterwards; without a name nothing was held, and `meanwhile` came after the answer. */
    readonly verify: (answer: T, held: string | undefined) => Promise<void>;
  }>,
): Promise<readonly string[]> => {
  const names: string[] = [];
  for (;;) {
    gate.open();
    const { request, meanwhile, verify } = await prepare();
    const held = gate.holdAt(names.length + 1);
    const answering = request();
    const name = await Promise.race([held.reached, answering.then(() => undefined)]);
    // What is done meanwhile must not be held itself.
    gate.open();
    await meanwhile().finally(held.release);
    await verify(await answering, name);
    if (name === undefined) return names;
    names.push(name);
  }
};
