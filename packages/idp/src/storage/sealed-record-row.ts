import type { SealedRecord } from '../domain/token/sealed-record.ts';

export interface SealedRecordRow {
  sealed_payload: Buffer | Uint8Array;
  remaining_seconds: string | number;
  age_seconds: string | number;
}

/** The columns of a sealed record, with its times by the database's clock. */
export const recordColumns = (alias: string): string =>
  `${alias}.sealed_payload, extract(epoch from ${alias}.expires_at - now()) as remaining_seconds,
   extract(epoch from now() - ${alias}.created_at) as age_seconds`;

export const toSealedRecord = (row: SealedRecordRow): SealedRecord => ({
  sealedPayload: Buffer.from(row.sealed_payload),
  remainingSeconds: Math.floor(Number(row.remaining_seconds)),
  ageSeconds: Math.floor(Number(row.age_seconds)),
});
