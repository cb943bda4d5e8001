import type { SealedRecord } from './sealed-record.ts';

export interface NewPushedRequest {
  readonly idHash: Buffer;
  readonly sealedPayload: Buffer;
  readonly ttlSeconds: number;
}

/** Pushed authorization requests (RFC 9126). */
export interface PushedRequestStore {
  insert(request: NewPushedRequest): Promise<void>;
  /** Expired ones too, while they are kept. */
  find(idHash: Buffer): Promise<(SealedRecord & { readonly consumed: boolean }) | undefined>;
  /** Keeps it beyond its end, for an interaction that began in time and may finish later. */
  keep(idHash: Buffer, ttlSeconds: number): Promise<void>;
  /** One conditional statement. False: it was used. */
  consume(idHash: Buffer): Promise<boolean>;
}
