import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createRawServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes a self-signed certificate, for example for `DNS:rp.example,IP:127.0.0.1`; trusted by giving it as `ca`. */
export function makeCertificate(subjectAltName: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'outgoing-'));
  try {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const nameOptions = ['-subj', '/CN=outgoing test', '-addext', `subjectAltName=${subjectAltName}`];
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...keyOptions, ...nameOptions, '-out', certFile], {
      stdio: 'pipe',
    });
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface LocalServer {
  readonly port: number;
  /** How many connections were accepted so far. */
  readonly connections: () => number;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves http on loopback, at a free port, until the test ends. */
export function serveHttp(t: TestContext, listener: Listener, host = '127.0.0.1'): Promise<LocalServer> {
  return listen(t, createHttpServer(listener), host);
}

export function serveHttps(t: TestContext, certificate: Certificate, listener: Listener): Promise<LocalServer> {
  return listen(t, createHttpsServer(certificate, listener), '127.0.0.1');
}

/** A server that speaks whatever the test writes. */
export function serveRaw(t: TestContext, onConnection: (socket: Socket) => void): Promise<LocalServer> {
  return listen(t, createRawServer(onConnection), '127.0.0.1');
}

async function listen(t: TestContext, server: Server, host: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    // The client hangs up on most of these servers on purpose.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return { port: address.port, connections: () => connections };
}
