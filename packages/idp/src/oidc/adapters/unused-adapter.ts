import type { Adapter } from 'oidc-provider';

/**
 * The base of every adapter: what the engine does not ask of a kind of record is refused loudly, so that an upgrade
 * which begins to ask cannot go unnoticed.
 */
export class UnusedAdapter implements Adapter {
  protected readonly kind: string;

  constructor(kind: string) {
    this.kind = kind;
  }

  async upsert(..._: Parameters<Adapter['upsert']>): Promise<void> {
    this.#refuse('upsert');
  }

  async find(..._: Parameters<Adapter['find']>): ReturnType<Adapter['find']> {
    return this.#refuse('find');
  }

  async findByUserCode(): Promise<undefined> {
    return this.#refuse('findByUserCode');
  }

  async findByUid(..._: Parameters<Adapter['findByUid']>): ReturnType<Adapter['findByUid']> {
    return this.#refuse('findByUid');
  }

  async consume(..._: Parameters<Adapter['consume']>): Promise<void> {
    this.#refuse('consume');
  }

  async destroy(..._: Parameters<Adapter['destroy']>): Promise<void> {
    this.#refuse('destroy');
  }

  /** Tokens go with their grant, by foreign key: see GrantAdapter.destroy. */
  async revokeByGrantId(): Promise<void> {}

  #refuse(call: string): never {
    throw new Error(`the engine asked for ${call} of ${this.kind}, which Latchkey does not use`);
  }
}
