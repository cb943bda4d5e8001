import { rawExchange, request } from '../request/raw-exchange.ts';
import type { Answer } from '../support/user-agent.ts';
import type { World } from './world.ts';

/** Sends these very lines, which HTTP clients would tidy up, and reads what comes back. */
export const askRaw = (world: World, ...lines: string[]): Promise<Answer> => askBytes(world, request(...lines));

export const askBytes = async (world: World, bytes: Buffer): Promise<Answer> => {
  const text = await rawExchange(world.provider.port, bytes);
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...headerLines] = text.slice(0, end).split('\r\n');
  const headers: Record<string, string | string[]> = {};
  for (const header of headerLines) {
    const colon = header.indexOf(':');
    const name = header.slice(0, colon).toLowerCase();
    const value = header.slice(colon + 1).trim();
    if (name === 'set-cookie') headers[name] = [...[headers[name] ?? []].flat(), value];
    else headers[name] = value;
  }
  const url = new URL(world.issuer);
  const to = headers['location'];
  const body = headers['transfer-encoding'] === 'chunked' ? unchunked(text.slice(end + 4)) : text.slice(end + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]),
    headers,
    text: Buffer.from(body, 'latin1').toString('utf8'),
    location: typeof to === 'string' ? new URL(to, url) : undefined,
    url,
    json: () => JSON.parse(body) as Record<string, unknown>,
  };
};

const unchunked = (body: string): string => {
  let rest = body;
  let text = '';
  for (;;) {
    const [, size = '0', after = ''] = /^([0-9a-f]+)\r\n([^]*)$/i.exec(rest) ?? [];
    const length = Number.parseInt(size, 16);
    if (length === 0) return text;
    text += after.slice(0, length);
    rest = after.slice(length + 2);
  }
};
