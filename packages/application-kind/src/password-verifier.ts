/** Checks passwords against one of the application's hash formats. */
export interface PasswordVerifier {
  /** Names the format, such as `wordpress-phpass`. */
  readonly name: string;
  /** Whether the text is a well-formed hash of this format, and not dearer to check than is reasonable. */
  recognises(hash: string): boolean;
  /**
   * Whether this password made that hash, compared in constant time. False, at once, for what `recognises` refuses and for
   * what cannot be a password there. It takes up to a second of a core: let it wait its turn.
   */
  verify(password: string, hash: string): Promise<boolean>;
}
