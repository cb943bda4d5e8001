import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';
import { BODY_LIMIT_BYTES } from './request-limits.ts';

/** The fields of a form; each name is there once. */
export type Form = ReadonlyMap<string, string>;

/**
 * Reads the body of a form that one of our own pages sent. Nothing is guessed: a name that comes twice, broken
 * percent-encoding, bytes that are not UTF-8 and NUL are refused.
 * @throws {HttpError} `ERR_HTTP_MEDIA_TYPE`, `ERR_HTTP_BODY_TOO_LARGE`, `ERR_HTTP_BODY_INCOMPLETE`,
 *   `ERR_HTTP_FORM_ENCODING`, `ERR_HTTP_FORM_DUPLICATE`
 * @see URL Standard, section 5.1, "application/x-www-form-urlencoded parsing"
 */
export async function readForm(req: IncomingMessage, limitBytes: number = BODY_LIMIT_BYTES): Promise<Form> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = req.headers;
  if (
    !/^application\/x-www-form-urlencoded\s*(?:;\s*charset=(?:utf-8|"utf-8")\s*)?$/i.test(type) ||
    encoding.toLowerCase() !== 'identity'
  ) {
    throw new HttpError('ERR_HTTP_MEDIA_TYPE', 'The form must be sent as application/x-www-form-urlencoded in UTF-8.');
  }
  return parseForm(decodeUtf8(await readBody(req, limitBytes)));
}

function parseForm(text: string): Form {
  const form = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodePart(equals === -1 ? pair : pair.slice(0, equals));
    if (form.has(name)) throw new HttpError('ERR_HTTP_FORM_DUPLICATE', 'The form holds the same field twice.');
    form.set(name, equals === -1 ? '' : decodePart(pair.slice(equals + 1)));
  }
  return form;
}

const wrongEncoding = (): HttpError =>
  new HttpError('ERR_HTTP_FORM_ENCODING', 'The form holds text that is not encoded correctly.');

function decodePart(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw wrongEncoding();
  }
  if (text.includes('\0')) throw wrongEncoding();
  return text;
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw wrongEncoding();
  }
}

// By events: leaving a `for await` early would destroy the connection before the refusal is sent.
function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const incomplete = () =>
    reject(new HttpError('ERR_HTTP_BODY_INCOMPLETE', 'The request ended before all of it was here.'));
  if (req.destroyed && !req.complete) incomplete();
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  const onData = (chunk: Buffer) => {
    lengthBytes += chunk.length;
    if (lengthBytes <= limitBytes) {
      chunks.push(chunk);
      return;
    }
    // What still comes is read and dropped, so that the answer reaches a client that is busy sending.
    req.off('data', onData);
    req.resume();
    reject(new HttpError('ERR_HTTP_BODY_TOO_LARGE', 'The form is too large.'));
  };
  req.on('data', onData);
  req.once('end', () => resolve(Buffer.concat(chunks)));
  req.once('error', incomplete);
  req.once('close', incomplete);
  return promise;
}
