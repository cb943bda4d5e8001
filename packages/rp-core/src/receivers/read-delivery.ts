import { BodyTooLargeError, readText } from './read-text.ts';

const mostBytes = 64 * 1024;

/**
 * Reads the body of what an issuer delivers: a POST of one media type, at most 64 KiB of UTF-8.
 * @returns the body, or the answer to what is no delivery (405, 413, 415), or undefined when it cannot be read
 */
export const readDelivery = async (request: Request, mediaType: string): Promise<string | Response | undefined> => {
  if (request.method !== 'POST') return answer(405, { allow: 'POST' });
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== mediaType) return answer(415);
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) return answer(413);
  try {
    return await readText(request.body, mostBytes);
  } catch (error) {
    // Else the sender went away, or it is not UTF-8.
    return error instanceof BodyTooLargeError ? answer(413) : undefined;
  }
};

/** An answer that no cache keeps: a kept one would keep later deliveries from us. */
export const answer = (status: number, headers: Readonly<Record<string, string>> = {}, body?: object): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      'cache-control': 'no-store',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  });
