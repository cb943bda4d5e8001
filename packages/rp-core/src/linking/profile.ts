/** What the issuer says of a person: the claims that the application was granted. Undefined: it was not told. */
export interface Profile {
  readonly issuer: string;
  readonly sub: string;
  readonly preferredUsername: string | undefined;
  readonly name: string | undefined;
  readonly email: string | undefined;
  /** False unless the issuer said true. */
  readonly emailVerified: boolean;
  /** An https URL, or http on loopback. */
  readonly picture: string | undefined;
  /** A BCP 47 language tag. */
  readonly locale: string | undefined;
  readonly groups: readonly string[] | undefined;
  /** Grows with each change; undefined where the issuer does not count. */
  readonly profileVersion: number | undefined;
}
