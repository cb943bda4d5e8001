import * as client from 'openid-client';
import type { RelyingPartyLog } from '../relying-party-log.ts';
import { readBounded } from '../read-bounded.ts';
import type { ResolvedSettings } from '../settings.ts';
import type { Attempt } from '../sign-in/attempt.ts';
import { IssuerError } from './issuer-error.ts';
import { ProviderReachability, reasonOf } from './provider-reachability.ts';
import type { ProfileAnswer } from './profile-answer.ts';

/** Every call to the issuer ends after so long. */
const callSeconds = 5;
/** Tolerated difference between clocks, everywhere. */
const clockToleranceSeconds = 60;
/** What the issuer says of itself is read again after so long. */
const discoveryMs = 3600_000;
/** A profile is small; more is not ours. */
const mostProfileBytes = 64 * 1024;

/** What a code was exchanged for. Moments in seconds since 1970. */
export interface SignInAnswer {
  readonly sub: string;
  readonly sid: string | undefined;
  readonly hint: string | undefined;
  readonly issuedAt: number;
  readonly sessionExpiresAt: number | undefined;
  readonly accessToken: string;
  readonly accessTokenExpiresAt: number | undefined;
  readonly idToken: string;
}

/** Everything that the application says to the issuer, through openid-client. */
export class IssuerConnection {
  readonly reachability: ProviderReachability;
  readonly #settings: ResolvedSettings;
  readonly #log: RelyingPartyLog;
  readonly #callback: string;
  #known: { readonly configuration: client.Configuration; readonly readAtMs: number } | undefined;
  #discovering: Promise<client.Configuration> | undefined;

  constructor(settings: ResolvedSettings, log: RelyingPartyLog = () => {}) {
    this.#log = log;
    this.#settings = settings;
    this.#callback = new URL(`${settings.path}/callback`, settings.origin).href;
    this.reachability = new ProviderReachability({
      probe: (signal) => this.#probe(signal),
      onChange: (answers, reason) => log(answers ? 'issuer.answers' : 'issuer.no-answer', answers ? {} : { reason }),
    });
  }

  /** @throws {IssuerError} `ERR_ISSUER_UNREACHABLE` */
  async authorizationUrl(attempt: Attempt): Promise<URL> {
    const configuration = await this.#configuration();
    return client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#callback,
      scope: this.#settings.scope,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
      ...(attempt.kind === 'interactive' ? {} : { prompt: 'none' }),
    });
  }

  /**
   * Takes up the issuer's answer at the callback: `iss` and `state` are checked (RFC 9207), the code exchanged, the ID
   * token verified with its signature.
   * @param search of the callback as it came
   * @throws {IssuerError} `ERR_ISSUER_REFUSED` with the OAuth error, `ERR_ISSUER_UNREACHABLE`, `ERR_ISSUER_ANSWER`
   */
  async exchange(search: string, attempt: Attempt): Promise<SignInAnswer> {
    const configuration = await this.#configuration();
    const tokens = await this.#call(() =>
      client.authorizationCodeGrant(configuration, new URL(`${this.#callback}${search}`), {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.codeVerifier,
        idTokenExpected: true,
      }),
    );
    const claims = tokens.claims();
    if (claims === undefined || tokens.id_token === undefined) {
      throw new IssuerError('ERR_ISSUER_ANSWER', 'the issuer sent no ID token');
    }
    const { sid, latchkey_hint: hint, session_expires_at: sessionExpiresAt } = claims;
    return {
      sub: claims.sub,
      sid: typeof sid === 'string' ? sid : undefined,
      hint: typeof hint === 'string' ? hint : undefined,
      issuedAt: claims.iat,
      sessionExpiresAt: typeof sessionExpiresAt === 'number' ? sessionExpiresAt : undefined,
      accessToken: tokens.access_token,
      accessTokenExpiresAt: tokens.expires_in === undefined ? undefined : claims.iat + tokens.expires_in,
      idToken: tokens.id_token,
    };
  }

  /**
   * Reads the profile with a bearer: `/profile` where the issuer has it, else userinfo. It never throws for what an issuer
   * or a network can do: whoever asks must tell "ended" from "no answer", and a time-out is never a refusal.
   * @param limitSeconds how long a person may be kept waiting for it
   */
  async readProfile(
    accessToken: string,
    etag: string | undefined,
    limitSeconds: number = callSeconds,
  ): Promise<ProfileAnswer> {
    if (this.reachability.isPaused()) return { kind: 'no-answer', reason: 'the issuer did not answer just now' };
    try {
      const signal = AbortSignal.timeout(limitSeconds * 1000);
      const url = profileUrl(await within(signal, this.#configuration()));
      const response = await this.#settings.fetch(url, {
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${accessToken}`,
          // Beside a condition fetch says `no-cache` unless told otherwise, and then servers send everything again.
          ...(etag === undefined ? {} : { 'if-none-match': etag, 'cache-control': 'max-age=0' }),
        },
        redirect: 'manual',
        signal,
      });
      return await this.#readProfileAnswer(response, etag);
    } catch (error) {
      this.reachability.noteFailed(reasonOf(error));
      return { kind: 'no-answer', reason: reasonOf(error) };
    }
  }

  /** Where the browser goes to end the issuer's session too (RP-Initiated Logout 1.0); undefined where there is no such thing. */
  async endSessionUrl(idToken: string | undefined, postLogoutRedirectUri: string): Promise<URL | undefined> {
    const configuration = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    return client.buildEndSessionUrl(configuration, {
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
      post_logout_redirect_uri: postLogoutRedirectUri,
    });
  }

  /** For logout tokens and events. @throws {IssuerError} `ERR_ISSUER_UNREACHABLE` */
  async jwksUri(): Promise<URL> {
    const { jwks_uri: uri } = (await this.#configuration()).serverMetadata();
    if (uri === undefined) throw new IssuerError('ERR_ISSUER_ANSWER', 'the issuer names no jwks_uri');
    return new URL(uri);
  }

  async #readProfileAnswer(response: Response, etag: string | undefined): Promise<ProfileAnswer> {
    const { status } = response;
    const challenge = response.headers.get('www-authenticate') ?? '';
    // Only to a question with If-None-Match (RFC 9110, section 13.1.2) does that say something.
    if (status === 304 && etag !== undefined) {
      await response.body?.cancel();
      this.reachability.noteReached();
      return { kind: 'unchanged' };
    }
    // A 401 or 403 of something in between (a wall, a maintenance page) says nothing about the session.
    const refused = /\b(?:Bearer|DPoP)\b/i.test(challenge) && (status === 401 || status === 403);
    if (refused) {
      await response.body?.cancel();
      this.reachability.noteReached();
      return { kind: 'ended' };
    }
    const isAnswer = status === 200 && /\bjson\b/i.test(response.headers.get('content-type') ?? '');
    if (!isAnswer) {
      await response.body?.cancel();
      // A refusal of this one question (429, for one) is no reason to ask nothing for all others.
      if (status >= 500 || status === 200) this.reachability.noteFailed(`status ${status} at the profile`);
      return { kind: 'no-answer', reason: status === 200 ? 'the profile is no JSON' : `status ${status}` };
    }
    // What stands in it may be one person's own fault, and is no reason to ask nothing for all others.
    const claims = await readJson(response);
    this.reachability.noteReached();
    if (claims === undefined) return { kind: 'no-answer', reason: 'the profile is no JSON object' };
    return { kind: 'profile', claims, etag: response.headers.get('etag') ?? undefined };
  }

  async #configuration(): Promise<client.Configuration> {
    const known = this.#known;
    if (known !== undefined && performance.now() - known.readAtMs < discoveryMs) return known.configuration;
    if (known !== undefined && this.reachability.isPaused()) return known.configuration;
    this.#discovering ??= this.#discover().finally(() => {
      this.#discovering = undefined;
    });
    try {
      return await this.#discovering;
    } catch (error) {
      if (known !== undefined) return known.configuration; // what held an hour ago is better than nothing
      throw error;
    }
  }

  async #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret, fetch } = this.#settings;
    const configuration = await this.#call(() =>
      client.discovery(
        issuer,
        clientId,
        { [client.clockTolerance]: clockToleranceSeconds },
        client.ClientSecretBasic(clientSecret),
        {
          timeout: callSeconds,
          [client.customFetch]: (url, options) => fetch(url, options as RequestInit),
          execute: [
            client.enableNonRepudiationChecks,
            ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
          ],
        },
      ),
    );
    const said = configuration.serverMetadata().issuer;
    if (said !== this.#settings.issuerText) {
      // Links and tokens are compared character by character: one slash more makes everybody a stranger.
      this.#log('issuer.mismatch', { setting: this.#settings.issuerText, issuer: said });
      throw new IssuerError('ERR_ISSUER_ANSWER', 'the issuer writes itself otherwise than the setting');
    }
    this.#known = { configuration, readAtMs: performance.now() };
    return configuration;
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const url = new URL('/.well-known/openid-configuration', this.#settings.issuer);
    const path = this.#settings.issuer.pathname.replace(/\/$/, '');
    const response = await this.#settings.fetch(new URL(`${path}${url.pathname}`, url), { signal, redirect: 'manual' });
    await response.body?.cancel();
    if (response.status !== 200) throw new IssuerError('ERR_ISSUER_UNREACHABLE', `status ${response.status}`);
  }

  /** Tells what the issuer refused from what did not reach it. */
  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.reachability.noteReached();
      return answer;
    } catch (cause) {
      const refusal = oauthErrorOf(cause);
      if (refusal !== undefined) {
        this.reachability.noteReached();
        throw new IssuerError('ERR_ISSUER_REFUSED', `the issuer answered ${refusal}`, { cause, oauthError: refusal });
      }
      if (cause instanceof client.ClientError && !isTransport(cause)) {
        throw new IssuerError('ERR_ISSUER_ANSWER', `the issuer's answer cannot be used: ${cause.message}`, { cause });
      }
      if (!isRefusal(cause)) this.reachability.noteFailed(reasonOf(cause));
      throw new IssuerError('ERR_ISSUER_UNREACHABLE', 'the issuer does not answer', { cause });
    }
  }
}

/** The work goes on after the signal; only nobody waits for it any longer. */
const within = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('the issuer does not answer in time')), { once: true });
    }),
  ]);

const profileUrl = (configuration: client.Configuration): URL => {
  const metadata = configuration.serverMetadata();
  const own = metadata['latchkey_profile_endpoint'];
  const url = typeof own === 'string' ? own : metadata.userinfo_endpoint;
  if (url === undefined) throw new IssuerError('ERR_ISSUER_ANSWER', 'the issuer has no profile endpoint');
  // The bearer goes to the issuer and to nobody whom its metadata could name over an unprotected connection.
  const target = new URL(url);
  const issuer = new URL(metadata.issuer);
  if (target.protocol !== 'https:' && target.protocol !== issuer.protocol) {
    throw new IssuerError('ERR_ISSUER_ANSWER', 'the profile endpoint is not https');
  }
  return target;
};

const readJson = async (response: Response): Promise<Record<string, unknown> | undefined> => {
  const bytes = await readBounded(response.body, mostProfileBytes);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // told by the caller as what it is: an answer that cannot be used
  }
};

/** The `error` of an OAuth answer, at the callback or at the token endpoint. */
const oauthErrorOf = (error: unknown): string | undefined => {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return error.error;
  return error instanceof client.WWWAuthenticateChallengeError ? 'invalid_client' : undefined;
};

/** A server that is ill, or somebody in front of it, answers with a status or a body that OAuth does not know. */
const isTransport = (error: client.ClientError): boolean =>
  error.code === 'OAUTH_TIMEOUT' ||
  error.code === 'OAUTH_ABORT' ||
  error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' ||
  error.code === 'OAUTH_RESPONSE_IS_NOT_JSON' ||
  error.code === 'OAUTH_PARSE_ERROR';

/** A status of 4xx without an OAuth error: this one call is refused, which says nothing about others. */
const isRefusal = (error: unknown): boolean =>
  error instanceof client.ClientError &&
  error.cause instanceof Response &&
  error.cause.status >= 400 &&
  error.cause.status < 500;
