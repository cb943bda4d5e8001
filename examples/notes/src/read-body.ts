import type { IncomingMessage } from 'node:http';

const mostBytes = 64 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw Object.assign(new Error('Too much'), { status: 413, expose: true });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export const readFields = async (request: IncomingMessage): Promise<URLSearchParams> =>
  new URLSearchParams(await readBody(request));
