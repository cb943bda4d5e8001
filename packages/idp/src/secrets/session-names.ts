import { createHmac } from 'node:crypto';

/**
 * What a session is called towards others. Each name is derived from the session and kept nowhere, so two requests at
 * once cannot disagree about it and a dump of the database does not show it.
 */
export class SessionNames {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The session's name towards one client (`sid`, OpenID Connect Front-Channel Logout 1.0, section 3). */
  sid(sessionUid: string, clientId: string): string {
    return this.#derive('sid', sessionUid, clientId).subarray(0, 16).toString('base64url');
  }

  /** The one grant of a session and a client. Internal. */
  grantId(sessionUid: string, clientId: string): string {
    return this.#derive('grant', sessionUid, clientId).subarray(0, 16).toString('base64url');
  }

  /**
   * The value of the hint cookie: 24 bits, enough to notice that somebody else is signed in, too few to recognise a
   * person. Four base64url characters.
   */
  hint(sessionUid: string, accountId: string): string {
    return this.#derive('hint', sessionUid, accountId).subarray(0, 3).toString('base64url');
  }

  #derive(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest();
  }
}
