/** A record that the engine keeps: its content sealed, its end known to the database. */
export interface SealedRecord {
  readonly sealedPayload: Buffer;
  /** Until it expires, by the database's clock; negative once it has. */
  readonly remainingSeconds: number;
  /** Since it was made, by the database's clock. */
  readonly ageSeconds: number;
}
