import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { OutgoingError, type OutgoingErrorCode } from '../../src/outgoing/outgoing-error.ts';
import { OutgoingHttpClient, type OutgoingHttpClientOptions } from '../../src/outgoing/outgoing-fetch.ts';
import { serveRaw, type LocalServer } from './local-server.ts';

/** Asks a local server, which the exceptions name; tests change what they are about. */
export function ask(server: LocalServer, options: OutgoingHttpClientOptions = {}, scheme = 'http') {
  const privateAddresses = [`127.0.0.1:${server.port}`];
  return new OutgoingHttpClient(options).request(`${scheme}://127.0.0.1:${server.port}/`, {
    method: 'GET',
    privateAddresses,
  });
}

export function rejectsWith(promise: Promise<unknown>, code: OutgoingErrorCode): Promise<void> {
  return assert.rejects(promise, (error) => error instanceof OutgoingError && error.code === code);
}

/** A server that sends `part` again and again until the client hangs up, which `hungUp` tells. */
export async function serveDrip(t: TestContext, head: string, part: string) {
  const { promise: hungUp, resolve } = Promise.withResolvers<void>();
  const server = await serveRaw(t, (socket) => {
    socket.write(head);
    const drip = setInterval(() => socket.write(part), 10);
    socket.on('close', () => {
      clearInterval(drip);
      resolve();
    });
  });
  return { server, hungUp };
}
