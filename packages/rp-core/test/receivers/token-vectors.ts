import { IssuerKeys } from '../../src/receivers/issuer-keys.ts';
import type { TokenExpectations } from '../../src/receivers/read-signed-token.ts';

export interface TokenOfVectors {
  readonly why: string;
  /** When it is received, in seconds since 1970. */
  readonly now: number;
  readonly token: string;
}

export interface SessionOfVectors {
  readonly name: string;
  readonly sub: string;
  readonly sid: string | null;
  readonly begun_at: number;
}

export interface TokenVectors<Result, Step> {
  readonly issuer: string;
  readonly client_id: string;
  readonly jwks: object;
  readonly accepted: readonly (TokenOfVectors & { readonly result: Result })[];
  readonly refused: readonly (TokenOfVectors & { readonly code: string })[];
  readonly sequences: readonly {
    readonly why: string;
    readonly sessions: readonly SessionOfVectors[];
    readonly steps: readonly Step[];
  }[];
}

/**
 * The issuer of the vectors; whatever else is fetched makes the test fail. Each time its keys are unread, so that a key that
 * is not among them has been looked for.
 */
export const expectationsOf = (vectors: TokenVectors<unknown, unknown>): TokenExpectations => {
  const jwksUri = `${vectors.issuer}/jwks`;
  return {
    issuer: vectors.issuer,
    clientId: vectors.client_id,
    keys: new IssuerKeys({
      jwksUri: async () => new URL(jwksUri),
      fetch: async (url) => (url === jwksUri ? Response.json(vectors.jwks) : new Response(null, { status: 404 })),
    }),
  };
};

export const secondsOf = (date: Date): number => date.getTime() / 1000;
export const dateOf = (seconds: number): Date => new Date(seconds * 1000);

/** How something ends: with a value, or with the code of its error. */
export const outcomeOf = async <T>(work: Promise<T>): Promise<T | string> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
};
