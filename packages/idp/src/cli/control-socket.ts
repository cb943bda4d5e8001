import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CommandRunner } from './commands.ts';
import { makeControlSocketPlace } from './control-socket-place.ts';
import { CommandFailure, failureJson, toFailure, type FailureKind } from './failure.ts';

/** The longest request: no command needs more, and a JWK Set of 20 keys fits. */
export const maxControlRequestBytes = 64 * 1024;

/** The HTTP status that tells the kind of a failure through the socket. */
export const controlStatuses: Readonly<Record<FailureKind, number>> = {
  refused: 422,
  usage: 400,
  settings: 501,
  unreachable: 503,
  internal: 500,
};

export interface ControlSocketOptions {
  readonly dataDir: string;
  readonly runner: Pick<CommandRunner, 'run'>;
  /** Told of failures that nobody foresaw. The error may name accounts and clients, but holds no input of a command. */
  readonly onInternalError?: (error: unknown) => void;
}

export interface ControlSocket {
  readonly path: string;
  /** Waits at most 5 seconds for commands that are under way. */
  close(): Promise<void>;
}

/**
 * Lets the command line of the same system user ask this process to run commands: HTTP over a Unix socket, because a
 * process that holds the embedded database is the only one that can. `POST /` with `{"name": …, "input": …}`; the
 * socket's owner alone may connect (mode 0600 in a folder of mode 0700), so there is no other credential.
 * @throws {CommandFailure} `ERR_CONTROL_SOCKET`
 */
export async function openControlSocket(options: ControlSocketOptions): Promise<ControlSocket> {
  const place = await makeControlSocketPlace(options.dataDir);
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000, keepAlive: false },
    (request, response) => {
      void answer(request, response, options);
    },
  );
  server.maxConnections = 32;
  server.maxRequestsPerSocket = 1;
  await listen(server, place.path);
  return {
    path: place.path,
    close: async () => {
      const timer = setTimeout(() => server.closeAllConnections(), 5000);
      // Node removes the socket's file itself.
      await new Promise<void>((settle) => {
        server.close(() => settle());
      });
      clearTimeout(timer);
      await place.remove();
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((settle, fail) => {
    server.once('error', fail);
    // The socket's file is made within this call; so it never exists with another mode.
    const umask = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', fail);
        settle();
      });
    } finally {
      process.umask(umask);
    }
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { runner, onInternalError }: ControlSocketOptions,
): Promise<void> {
  try {
    if (request.method !== 'POST' || request.url !== '/') {
      response.setHeader('allow', 'POST');
      reply(response, request.url === '/' ? 405 : 404, {
        error: 'ERR_CONTROL_REQUEST',
        error_description: 'commands are sent by POST to /',
      });
      return;
    }
    const body = await readBody(request);
    if (body === undefined) {
      reply(response, 413, {
        error: 'ERR_CONTROL_REQUEST',
        error_description: `a command has at most ${maxControlRequestBytes} bytes`,
      });
      return;
    }
    const { name, input } = readCommand(body);
    reply(response, 200, await runner.run(name, input));
  } catch (error) {
    const failure = toFailure(error);
    if (failure.kind === 'internal') onInternalError?.(error);
    reply(response, controlStatuses[failure.kind], failureJson(failure));
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' });
  response.end(JSON.stringify(body));
}

/** Undefined when it is too long; the rest is then not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxControlRequestBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Destroying the request would destroy its answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxControlRequestBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readCommand(body: Buffer): { readonly name: string; readonly input: unknown } {
  const malformed = new CommandFailure(
    'usage',
    'ERR_CONTROL_REQUEST',
    'a command must be JSON: {"name": …, "input": …}',
  );
  let command: unknown;
  try {
    command = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw malformed;
  }
  if (typeof command !== 'object' || command === null || !('name' in command) || typeof command.name !== 'string') {
    throw malformed;
  }
  return { name: command.name, input: 'input' in command ? command.input : {} };
}
