/** The cookies of one application, by what they are for. */
export interface CookieNames {
  /** Holds the local session's id. */
  readonly session: string;
  /** Tells scripts that somebody is signed in here; changes with the session, proves nothing. */
  readonly marker: string;
  /** Begins the name of each sign-in that is under way; the rest is the attempt's id. */
  readonly attemptPrefix: string;
  /** What was tried silently in this browser. */
  readonly silent: string;
  /** A sign-in that waits for a proof of adoption. */
  readonly pending: string;
  /** The issuer's hint. */
  readonly hint: string;
}

/**
 * `__Host-` wherever https allows it. On loopback http neither prefixes nor `Secure` are possible, and cookies ignore
 * ports there: the application's own word keeps it apart from its neighbours.
 * @param word lower-case letters, digits and hyphens
 */
export const cookieNames = (word: string, origin: URL, issuer: URL): CookieNames => {
  const own = `${origin.protocol === 'https:' ? '__Host-' : ''}${word}`;
  return {
    session: `${own}-session`,
    marker: `${own}-here`,
    attemptPrefix: `${own}-attempt-`,
    silent: `${own}-silent`,
    pending: `${own}-pending`,
    hint: issuer.protocol === 'https:' ? '__Secure-latchkey-hint' : 'latchkey-hint',
  };
};

/** Writes Set-Cookie lines for this host and path `/`. Lax: Strict would break every arrival from another site. */
export class CookieWriter {
  readonly #secure: boolean;

  constructor(origin: URL) {
    this.#secure = origin.protocol === 'https:';
  }

  /** @param maxAgeSeconds undefined: until the browser ends */
  set(name: string, value: string, maxAgeSeconds: number | undefined, readable: 'by scripts' | 'by servers'): string {
    return [
      `${name}=${value}`,
      'Path=/',
      ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`]),
      ...(this.#secure ? ['Secure'] : []),
      ...(readable === 'by servers' ? ['HttpOnly'] : []),
      'SameSite=Lax',
    ].join('; ');
  }

  clear(name: string): string {
    return this.set(name, '', 0, 'by servers');
  }
}
