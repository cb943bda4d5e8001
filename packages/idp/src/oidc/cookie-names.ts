/**
 * `__Host-` wherever the path is `/`: the browser then takes the cookie from this host over https only. The engine's
 * interaction and resume cookies carry a path, so `__Secure-`; they prove nothing (see InteractionAdapter). On
 * loopback http neither prefix is allowed.
 */
export interface CookieNames {
  readonly session: string;
  readonly browser: string;
  readonly interaction: string;
  readonly resume: string;
}

export const cookieNames = (issuer: URL): CookieNames => {
  const [host, secure] = issuer.protocol === 'https:' ? ['__Host-', '__Secure-'] : ['', ''];
  return {
    session: `${host}latchkey-session`,
    browser: `${host}latchkey-browser`,
    interaction: `${secure}latchkey-interaction`,
    resume: `${secure}latchkey-resume`,
  };
};
