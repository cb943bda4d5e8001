import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that came to a back-channel logout address. */
export interface Received {
  readonly path: string;
  readonly method: string;
  readonly contentType: string | undefined;
  readonly body: URLSearchParams;
}

/** Applications that listen for logout tokens on loopback; each has a path of its own. */
export class LogoutReceiver {
  readonly received: Received[] = [];
  /** How often somebody connected. */
  connections = 0;
  /** What is answered; 200 unless told. Undefined: nothing, ever. */
  answer: ((path: string) => { readonly status: number; readonly location?: string }) | undefined = () => ({
    status: 200,
  });
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #sockets = new Set<Socket>();
  #waiting: (() => void)[] = [];

  async listen(): Promise<void> {
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get hostAndPort(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The registration of a client that listens here, at this path. */
  registration(path: string): { backchannelLogoutUri: string; privateAddresses: string[] } {
    return { backchannelLogoutUri: `http://${this.hostAndPort}${path}`, privateAddresses: [this.hostAndPort] };
  }

  /** What came for these paths, once so many came. @throws after 5 seconds */
  async came(count: number, ...paths: readonly string[]): Promise<readonly Received[]> {
    const found = (): Received[] => this.received.filter(({ path }) => paths.includes(path));
    const deadline = AbortSignal.timeout(5000);
    while (found().length < count) {
      await new Promise<void>((resolve, reject) => {
        const late = (): void => reject(new Error(`${found().length} of ${count} logout tokens came`));
        deadline.addEventListener('abort', late, { once: true });
        this.#waiting.push(() => {
          deadline.removeEventListener('abort', late);
          resolve();
        });
      });
    }
    return found();
  }

  /** Hangs up on everybody. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    this.received.push({
      path,
      method: request.method ?? '',
      contentType: request.headers['content-type'],
      body: new URLSearchParams(Buffer.concat(chunks).toString('utf8')),
    });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting) tell();
    const { status, location } = this.answer?.(path) ?? {};
    if (status === undefined) return;
    response.writeHead(status, location === undefined ? {} : { location }).end();
  }
}
