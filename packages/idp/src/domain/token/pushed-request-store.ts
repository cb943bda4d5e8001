import type { SealedRecord } from './sealed-record.ts';

export interface NewPushedRequest {
  readonly idHash: Buffer;
  readonly sealedPayload: Buffer;
  readonly ttlSeconds: number;
}

/** Pushed authorization requests (RFC 9126). */
export interface PushedRequestStore {
  insert(request: NewPushedRequest): Promise<void>;
  /** Expired ones too, for an hour: an interaction that began in time may finish later. */
  find(idHash: Buffer): Promise<(SealedRecord & { readonly consumed: boolean }) | undefined>;
  /** One conditional statement. False: it was used. */
  consume(idHash: Buffer): Promise<boolean>;
}
