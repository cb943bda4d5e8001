import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedOnLoopback {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Listens on a free port; `close` also ends what is still being answered, and may be called twice. */
export const serveOnLoopback = async (listener: RequestListener): Promise<ServedOnLoopback> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve()); // the one error that it has: it was closed before
        server.closeAllConnections();
      }),
  };
};
