import type { LocalSession } from '../../src/session/local-session.ts';

let count = 0;

/** A session of alice, another one each time, begun and proved now. */
export const aLocalSession = (told: Partial<LocalSession> = {}): LocalSession => {
  count += 1;
  return {
    idHash: `id-hash-${count}`,
    issuer: 'https://accounts.example.org',
    sub: 'alice',
    sid: `sid-${count}`,
    localUserId: 'user-1',
    hint: 'hint',
    foreignHints: [],
    sealedTokens: 'sealed',
    accessTokenExpiresAt: undefined,
    profileEtag: undefined,
    begunAt: new Date(Math.floor(Date.now() / 1000) * 1000),
    provedAt: new Date(),
    distrusted: false,
    expiresAt: new Date(Date.now() + 30 * 24 * 3600_000),
    ...told,
  };
};
