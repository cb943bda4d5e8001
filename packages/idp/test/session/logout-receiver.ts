import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, type JWTPayload } from 'jose';

/** Takes logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.5) for any number of clients. */
export interface LogoutReceiver {
  /** What a client is registered with to be told here. */
  readonly registration: (clientId: string) => Record<string, unknown>;
  /** What the client was told so far; signatures are another suite's subject. */
  readonly told: (clientId: string) => readonly JWTPayload[];
  readonly close: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
};

export const startLogoutReceiver = async (): Promise<LogoutReceiver> => {
  const tokens = new Map<string, JWTPayload[]>();
  const take = async (request: IncomingMessage): Promise<void> => {
    const token = decodeJwt((await bodyOf(request)).get('logout_token') ?? '');
    const clientId = request.url?.slice(1) ?? '';
    tokens.set(clientId, [...(tokens.get(clientId) ?? []), token]);
  };
  const server = createServer((request, response) => {
    void take(request).then(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    registration: (clientId) => ({
      backchannelLogoutUri: `http://127.0.0.1:${port}/${clientId}`,
      privateAddresses: [`127.0.0.1:${port}`],
    }),
    told: (clientId) => tokens.get(clientId) ?? [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
