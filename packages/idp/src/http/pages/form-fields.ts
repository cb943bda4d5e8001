/** The names of the fields that the pages' forms send. */
export const formFields = {
  csrfToken: 'csrf_token',
  userName: 'username',
  password: 'password',
  /** The button that was pressed. */
  decision: 'decision',
} as const;

/** The values of `decision`, by page. */
export const decisions = {
  consent: { allow: 'allow', deny: 'deny' },
  selectAccount: { continue: 'continue', useAnother: 'use-another' },
  signOut: { signOut: 'sign-out', stay: 'stay' },
} as const;

/** An e-mail address has at most 254 characters (RFC 5321, section 4.5.3.1.3, less the angle brackets). */
export const MAXIMUM_USER_NAME_LENGTH = 254;

/**
 * In UTF-16 code units. A browser silently cuts what is pasted beyond it, so it is far above any password in use, and
 * still bounds what the hash has to read.
 */
export const MAXIMUM_PASSWORD_LENGTH = 1024;
