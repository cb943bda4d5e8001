import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Middleware } from 'koa';
import { answerPlainly, HttpError } from './http-error.ts';

/** No request of this protocol needs more; larger bodies are answered 413. */
export const BODY_LIMIT_BYTES = 64 * 1024;
/** Request line and headers together; more is answered 431. */
export const HEADER_LIMIT_BYTES = 16 * 1024;
/** How long the headers of a request may take. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How long a whole request may take to arrive. */
const REQUEST_TIMEOUT_MS = 30_000;
/**
 * How long a connection waits for its next request. Longer than the 60 s of common proxies: the side that closes first
 * should be the proxy, or it may send a request into a connection that is just being closed.
 */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** What is answered before there is a request that the application could answer. */
const PLAIN_HEADERS = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** How long a refused connection may take to fetch the refusal. */
const LINGER_MS = 1000;

/** The responses that are under way, by connection. */
const busy = new WeakMap<Server, Map<Socket, Set<ServerResponse>>>();

/** An HTTP server with the limits above, not yet listening. What Node cannot parse is answered with one line of text. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT_BYTES,
    // Node would answer without a word; guardHost says what is missing.
    requireHostHeader: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: 5000,
  });
  const connections = new Map<Socket, Set<ServerResponse>>();
  busy.set(server, connections);
  server.on('connection', (socket: Socket) => {
    connections.set(socket, new Set());
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const responses = connections.get(req.socket);
    responses?.add(res);
    res.once('close', () => responses?.delete(res));
  });
  server.on('request', listener);
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res
      .writeHead(417, { ...PLAIN_HEADERS, Connection: 'close' })
      .end('What the request expects is not offered here.\n');
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A second answer in the middle of the first would be read as part of it.
    const isAnswering = [...(connections.get(socket) ?? [])].some(
      (response) => response.headersSent && !response.writableFinished,
    );
    refuseConnection(socket, isAnswering ? undefined : answerTo(error));
  });
  return server;
}

/**
 * Stops a server: accepts nothing new, ends connections that wait for a request, lets running requests finish for
 * `graceMs` and then cuts them off.
 * @returns whether every request had its answer
 */
export async function closeServer(server: Server, graceMs: number): Promise<'drained' | 'cut off'> {
  const { promise: closed, resolve } = Promise.withResolvers<'drained' | 'cut off'>();
  let cut = false;
  // A connection kept alive must not bring one request after the other.
  const announceEnd = (res: ServerResponse): void => {
    if (!res.headersSent) res.setHeader('Connection', 'close');
  };
  server.prependListener('request', (_req: IncomingMessage, res: ServerResponse) => announceEnd(res));
  for (const responses of (busy.get(server) ?? new Map<Socket, Set<ServerResponse>>()).values())
    for (const response of responses) announceEnd(response);
  server.close(() => resolve(cut ? 'cut off' : 'drained'));
  const closeIdle = () => {
    server.closeIdleConnections();
    // Node counts a connection that has sent nothing yet as active; browsers open such ones in advance.
    for (const [socket, responses] of busy.get(server) ?? []) {
      if (responses.size === 0 && socket.bytesRead === 0) socket.destroy();
    }
  };
  closeIdle();
  const sweep = setInterval(closeIdle, 50);
  const deadline = setTimeout(() => {
    cut = true;
    server.closeAllConnections();
  }, graceMs);
  try {
    return await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(deadline);
  }
}

/**
 * Refuses bodies that announce more than `maxBytes` with 413, before anything is read. A chunked body announces nothing: whoever
 * reads it counts (`readForm` for our forms, the engine for its own).
 */
export function limitBody(maxBytes: number = BODY_LIMIT_BYTES): Middleware {
  return async (ctx, next) => {
    if (Number(ctx.req.headers['content-length'] ?? 0) > maxBytes) {
      answerPlainly(ctx, new HttpError('ERR_HTTP_BODY_TOO_LARGE', 'The request body is too large.'));
      return;
    }
    await next();
  };
}

function answerTo({ code }: NodeJS.ErrnoException): string | undefined {
  if (code === 'ECONNRESET' || code === 'EPIPE') return undefined;
  if (code === 'HPE_HEADER_OVERFLOW')
    return plainAnswer('431 Request Header Fields Too Large', 'The request headers are too large.');
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return plainAnswer('413 Content Too Large', 'The request body is too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return plainAnswer('408 Request Timeout', 'The request took too long to arrive.');
  return plainAnswer('400 Bad Request', 'Bad request.');
}

const plainAnswer = (status: string, text: string): string =>
  [
    `HTTP/1.1 ${status}`,
    ...Object.entries(PLAIN_HEADERS).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(text) + 1}`,
    'Connection: close',
    '',
    `${text}\n`,
  ].join('\r\n');

function refuseConnection(socket: Socket, answer: string | undefined): void {
  if (answer === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  // Destroyed at once, a connection with unread bytes is reset and the client may lose the answer.
  socket.end(answer);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
