import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type Koa from 'koa';
import { createHttpServer } from '../../src/http/request-limits.ts';

/** The application behind our server, not yet listening. */
export function serverOf(app: Koa): Server {
  const answer = app.callback();
  return createHttpServer((req, res) => {
    answer(req, res).catch(() => res.destroy());
  });
}

/** Starts a server on a free loopback port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What a server answers to these very bytes, until it closes the connection; HTTP clients would tidy them up. */
export async function rawExchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A reset after the answer is still an answer.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  socket.write(bytes);
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

/** The request with these lines, asking the server to close. */
export const request = (...lines: string[]): Buffer =>
  Buffer.from([...lines, 'Connection: close', '', ''].join('\r\n'), 'latin1');

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
export const bodyOf = (answer: string): string =>
  Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').toString('utf8');
