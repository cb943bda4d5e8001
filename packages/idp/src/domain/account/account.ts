/** A person at this issuer. Applications know them by `id`, which they see as `sub`. */
export interface Account {
  /** The subject: opaque, random, stable, never used again. At most 36 characters of `[0-9a-f-]`. */
  readonly id: string;
  /** Public and never recycled; shown to applications as `preferred_username`. */
  readonly username: string;
  /** The name that people see; they may change it. */
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly picture: string | undefined;
  /** A BCP 47 language tag. */
  readonly locale: string | undefined;
  readonly groups: readonly string[];
  /** Grows with each change to anything that a claim shows. */
  readonly profileVersion: number;
  readonly createdAt: Date;
  /** When anything that a claim shows last changed. */
  readonly updatedAt: Date;
  readonly disabledAt: Date | undefined;
}
