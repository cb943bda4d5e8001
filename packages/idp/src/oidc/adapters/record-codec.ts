import type { AdapterPayload } from 'oidc-provider';
import type { SealedRecord } from '../../domain/token/sealed-record.ts';
import type { Sealer } from '../../secrets/sealer.ts';
import { epochSeconds } from '../epoch-seconds.ts';

/**
 * Turns what the engine wants kept into sealed bytes and back. The value that the client or browser holds (`jti`) is
 * left out; the times are put in again from the database's clock, so that no process decides by its own clock whether
 * something has expired.
 */
export class RecordCodec {
  readonly #sealer: Sealer;
  readonly #kind: string;

  constructor(sealer: Sealer, kind: string) {
    this.#sealer = sealer;
    this.#kind = kind;
  }

  seal(idHash: Buffer, payload: AdapterPayload): Buffer {
    const { jti: _jti, exp: _exp, iat: _iat, ...kept } = payload;
    return this.#sealer.seal(JSON.stringify(kept), this.#context(idHash));
  }

  open(id: string, idHash: Buffer, record: SealedRecord): AdapterPayload {
    const kept = JSON.parse(this.#sealer.open(record.sealedPayload, this.#context(idHash))) as AdapterPayload;
    const now = epochSeconds();
    return { ...kept, jti: id, exp: now + record.remainingSeconds, iat: now - record.ageSeconds };
  }

  #context(idHash: Buffer): string {
    return `${this.#kind}:${idHash.toString('hex')}`;
  }
}
