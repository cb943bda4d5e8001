import { lookup } from 'node:dns/promises';
import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps, type RequestOptions as SecureRequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { OutgoingError } from './outgoing-error.ts';
import { readOutgoingTarget, type OutgoingTarget } from './outgoing-target.ts';
import { isSpecialUse } from './special-use-addresses.ts';

export const outgoingMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type OutgoingMethod = (typeof outgoingMethods)[number];

export interface OutgoingHttpClientOptions {
  /** All addresses of a name; the operating system's resolver unless given. */
  readonly resolve?: (hostname: string) => Promise<readonly { readonly address: string }[]>;
  /** PEM certificates to trust instead of the ones that Node trusts. */
  readonly ca?: string;
  /** For everything from the resolution of the name to the last byte of the body; 5000 unless given. */
  readonly timeoutMs?: number;
  /** The longest body that is read; 65,536 unless given. Headers have 16 KiB of their own. */
  readonly maxResponseBytes?: number;
}

interface OutgoingRequestInit {
  readonly method: OutgoingMethod;
  /** Those that are the client's own affair are ignored: `host`, `connection`, `cookie`, lengths and encodings. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | undefined;
  /** `HOST:PORT` pairs (IPv6 in brackets) that may be reached over http and at special-use addresses. */
  readonly privateAddresses?: readonly string[];
  /** Ends the request earlier than the time limit does. */
  readonly signal?: AbortSignal | undefined;
}

interface OutgoingResponse {
  /** 200 to 599; a redirect is an answer like any other. */
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came; a `content-encoding` that nobody asked for is not undone. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The body read as UTF-8. */
  readonly text: string;
}

const maxHeaderBytes = 16_384;

/** What the client decides itself: framing, connection handling, and that there are neither cookies nor proxies. */
const ownHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The one way out of the provider: https with a verified certificate, to public addresses, one answer, no redirects
 * followed, no cookies, no proxy, a connection of its own for each request. It resolves a name once, checks every
 * address that came back and connects to one of those, so that no name changes between check and use (DNS rebinding).
 */
export class OutgoingHttpClient {
  readonly #resolve: NonNullable<OutgoingHttpClientOptions['resolve']>;
  readonly #ca: string | undefined;
  readonly #timeoutMs: number;
  readonly #maxResponseBytes: number;

  constructor(options: OutgoingHttpClientOptions = {}) {
    this.#resolve = options.resolve ?? ((hostname) => lookup(hostname, { all: true }));
    this.#ca = options.ca;
    this.#timeoutMs = options.timeoutMs ?? 5000;
    this.#maxResponseBytes = options.maxResponseBytes ?? 65_536;
  }

  /**
   * Sends one request and reads the whole answer, whatever its status.
   * @throws {OutgoingError} `ERR_OUTGOING_URL` or `ERR_OUTGOING_SCHEME` for a URL that is not asked;
   *   `ERR_OUTGOING_ADDRESS` when the host or one of its addresses is of special use;
   *   `ERR_OUTGOING_TIMEOUT` when the time limit or the caller's signal ended it;
   *   `ERR_OUTGOING_TOO_LARGE` for a body or headers beyond the limits; `ERR_OUTGOING_CONNECT` for all other failures
   */
  async request(url: URL | string, init: OutgoingRequestInit): Promise<OutgoingResponse> {
    const target = readOutgoingTarget(url, init.privateAddresses ?? []);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.#timeoutMs);
    const signal = init.signal ? AbortSignal.any([deadline.signal, init.signal]) : deadline.signal;
    try {
      const addresses = await this.#checkedAddresses(target, signal);
      return await this.#exchange(target, addresses, init, signal);
    } catch (error) {
      if (error instanceof OutgoingError) throw error;
      throw signal.aborted
        ? new OutgoingError('ERR_OUTGOING_TIMEOUT', `${target.hostAndPort} did not answer in time`)
        : connectError(target, reasonOf(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** The only resolution of the name. One bad address refuses all, as nobody can tell which one is meant. */
  async #checkedAddresses(target: OutgoingTarget, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    // node:net connects to an IP address without asking the lookup hook: such a host is judged here or nowhere.
    const answer = isIP(target.host)
      ? [{ address: target.host }]
      : await Promise.race([this.#resolve(target.host), rejectOnAbort(signal)]);
    const addresses = answer.map(({ address }) => address);
    if (addresses.length === 0) throw connectError(target, 'ENOTFOUND');
    if (!target.excepted && addresses.some(isSpecialUse)) {
      throw new OutgoingError(
        'ERR_OUTGOING_ADDRESS',
        `${target.hostAndPort} is not at a public address, and no exception names it`,
      );
    }
    return addresses;
  }

  async #exchange(
    target: OutgoingTarget,
    addresses: readonly string[],
    init: OutgoingRequestInit,
    signal: AbortSignal,
  ): Promise<OutgoingResponse> {
    const request = this.#open(target, addresses, init, signal);
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        // Stays for good: an error that comes after the answer would find no listener and end the process.
        request.on('error', reject);
        // Without an error when the server switches protocols (101).
        request.once('close', () => reject(connectError(target, 'closed without an answer')));
        request.end(bodyText(init.body));
      });
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 599) throw connectError(target, `status ${status}`);
      const bytes = await this.#readBody(target, init.method, response);
      // A body that lasts as long as its connection ends without an error when the time limit cuts it short.
      signal.throwIfAborted();
      return { status, headers: readHeaders(response), bytes, text: new TextDecoder().decode(bytes) };
    } finally {
      request.destroy();
    }
  }

  #open(
    target: OutgoingTarget,
    addresses: readonly string[],
    init: OutgoingRequestInit,
    signal: AbortSignal,
  ): ClientRequest {
    const options: RequestOptions = {
      method: init.method,
      host: target.host,
      port: target.port,
      path: target.url.pathname + target.url.search,
      headers: requestHeaders(target, init),
      lookup: answerWith(addresses),
      // A fresh agent: it reads no proxy variables and keeps neither connections nor TLS sessions for later requests.
      agent: false,
      maxHeaderSize: maxHeaderBytes,
      signal,
    };
    if (!target.secure) return requestHttp(options);
    const secureOptions: SecureRequestOptions = {
      ...options,
      // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn it off.
      rejectUnauthorized: true,
      // SNI has no IP addresses and no trailing dot (RFC 6066, section 3); '' has the certificate checked for the host.
      servername: isIP(target.host) ? '' : target.host.replace(/\.$/, ''),
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
    };
    return requestHttps(secureOptions);
  }

  async #readBody(
    target: OutgoingTarget,
    method: OutgoingMethod,
    response: IncomingMessage,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const tooLarge = () => tooLargeError(target, `${this.#maxResponseBytes} bytes`);
    if (method !== 'HEAD' && Number(response.headers['content-length'] ?? 0) > this.#maxResponseBytes) throw tooLarge();
    const chunks: Buffer[] = [];
    let receivedBytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      receivedBytes += chunk.length;
      if (receivedBytes > this.#maxResponseBytes) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

/** Answers node:net's question for the addresses of the host with the ones that were checked. */
function answerWith(addresses: readonly string[]): LookupFunction {
  const answer = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    if (options.all) callback(null, answer);
    else callback(null, answer[0]?.address ?? '', answer[0]?.family);
  };
}

function requestHeaders(target: OutgoingTarget, init: OutgoingRequestInit): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(init.headers ?? {})) {
    const lowerCaseName = name.toLowerCase();
    if (!ownHeaders.has(lowerCaseName)) headers[lowerCaseName] = value;
  }
  if (init.body instanceof URLSearchParams) headers['content-type'] ??= 'application/x-www-form-urlencoded';
  const body = bodyText(init.body);
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  return { ...headers, host: target.url.host, 'accept-encoding': 'identity' };
}

function bodyText(body: OutgoingRequestInit['body']): string | undefined {
  return body === undefined ? undefined : String(body);
}

function readHeaders(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

function connectError(target: OutgoingTarget, reason: string): OutgoingError {
  if (reason === 'HPE_HEADER_OVERFLOW') return tooLargeError(target, `${maxHeaderBytes} bytes of headers`);
  return new OutgoingError('ERR_OUTGOING_CONNECT', `no usable answer from ${target.hostAndPort} (${reason})`, reason);
}

function tooLargeError(target: OutgoingTarget, limit: string): OutgoingError {
  return new OutgoingError('ERR_OUTGOING_TOO_LARGE', `${target.hostAndPort} answered with more than ${limit}`);
}

/** Node's code for what happened, such as ECONNREFUSED; never its message, which can quote what was sent. */
function reasonOf(error: unknown): string {
  return error instanceof Object && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
