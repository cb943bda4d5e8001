import type { SealedRecord } from './sealed-record.ts';

export interface NewInteraction {
  readonly idHash: Buffer;
  /** The browser that it began in; nobody else can go on with it. */
  readonly browserHash: Buffer;
  readonly sealedPayload: Buffer;
  readonly ttlSeconds: number;
}

export interface InteractionStore {
  insert(interaction: NewInteraction): Promise<void>;
  find(idHash: Buffer, browserHash: Buffer): Promise<SealedRecord | undefined>;
  /** False when it is over or another browser's. */
  update(idHash: Buffer, browserHash: Buffer, sealedPayload: Buffer): Promise<boolean>;
  /** One conditional statement. False: it was over already. */
  destroy(idHash: Buffer): Promise<boolean>;
}
