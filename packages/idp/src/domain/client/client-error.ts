import type { Problem } from '../account/checked.ts';

export type ClientProblemCode =
  | 'ERR_CLIENT_ID'
  | 'ERR_CLIENT_NAME'
  | 'ERR_CLIENT_URI'
  | 'ERR_REDIRECT_URI'
  | 'ERR_POST_LOGOUT_REDIRECT_URI'
  | 'ERR_BACKCHANNEL_LOGOUT_URI'
  | 'ERR_PRIVATE_ADDRESS'
  | 'ERR_SCOPE'
  | 'ERR_RESOURCE'
  | 'ERR_RESOURCE_SCOPE'
  | 'ERR_AUTH_METHOD'
  | 'ERR_CLIENT_KEYS'
  | 'ERR_PKCE'
  | 'ERR_TRUSTED'
  | 'ERR_ID_TOKEN_ALG';

export type ClientProblem = Problem<ClientProblemCode>;

export type ClientErrorCode =
  | 'ERR_CLIENT_INVALID'
  | 'ERR_CLIENT_NOT_FOUND'
  | 'ERR_CLIENT_ID_TAKEN'
  | 'ERR_RESOURCE_TAKEN'
  | 'ERR_CLIENT_WITHOUT_SECRET';

const messages: Record<Exclude<ClientErrorCode, 'ERR_CLIENT_INVALID'>, string> = {
  ERR_CLIENT_NOT_FOUND: 'there is no such client',
  ERR_CLIENT_ID_TAKEN: 'this client id is taken',
  ERR_RESOURCE_TAKEN: 'another client is the resource server of this API',
  ERR_CLIENT_WITHOUT_SECRET: 'this client has no secret: it is public or authenticates with a key of its own',
};

/** Why a client was not registered, changed or found. Holds no secret. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** Everything that is wrong, with `ERR_CLIENT_INVALID`; else empty. */
  readonly problems: readonly ClientProblem[];

  constructor(reason: Exclude<ClientErrorCode, 'ERR_CLIENT_INVALID'> | readonly ClientProblem[]) {
    super(typeof reason === 'string' ? messages[reason] : reason.map((problem) => problem.message).join('; '));
    this.code = typeof reason === 'string' ? reason : 'ERR_CLIENT_INVALID';
    this.problems = typeof reason === 'string' ? [] : reason;
  }
}
