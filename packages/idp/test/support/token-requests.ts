import { exchange, UserAgent, type Answer } from './user-agent.ts';

export interface TestClient {
  readonly client_id: string;
  readonly client_secret?: string;
}

/** `client_secret_basic`; both parts form-encoded (RFC 6749, section 2.3.1). */
export const basic = (clientId: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}`;

/** What an application's server sends to the issuer: no cookies, JSON wanted, authenticated as the client. */
export class ApplicationServer {
  readonly #agent: UserAgent;
  readonly #client: TestClient;

  constructor(issuer: string, client: TestClient) {
    this.#agent = new UserAgent({ issuer });
    this.#client = client;
  }

  exchange(parameters: Record<string, string | undefined>, headers: Record<string, string> = {}): Promise<Answer> {
    return exchange(this.#agent, this.#client, { ...this.#publicId(), ...parameters }, headers);
  }

  refresh(
    refreshToken: string,
    parameters: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.#post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken, ...parameters }, headers);
  }

  introspect(token: string, parameters: Record<string, string> = {}): Promise<Answer> {
    return this.#post('/token/introspection', { token, ...parameters });
  }

  revoke(token: string, parameters: Record<string, string> = {}): Promise<Answer> {
    return this.#post('/token/revocation', { token, ...parameters });
  }

  /** Pushes an authorization request (RFC 9126); the parameters as they would stand in its URL. */
  push(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#post('/request', Object.fromEntries(new URL(url, this.#agent.origin).searchParams), headers);
  }

  readProfile(accessToken: string, scheme = 'Bearer', path = '/profile'): Promise<Answer> {
    return this.#agent.ask(path, {
      headers: { accept: 'application/json', authorization: `${scheme} ${accessToken}` },
    });
  }

  #post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const { client_id: id, client_secret: secret } = this.#client;
    return this.#agent.ask(path, {
      form: { ...this.#publicId(), ...form },
      headers: {
        accept: 'application/json',
        ...(secret === undefined ? {} : { authorization: basic(id, secret) }),
        ...headers,
      },
    });
  }

  #publicId(): Record<string, string> {
    return this.#client.client_secret === undefined ? { client_id: this.#client.client_id } : {};
  }
}
