import { json } from '../answers.ts';

const mostBytes = 64 * 1024;

/** Each field once; a form in which a name stands twice is refused, since two readers could take different ones. */
export type FormAnswer =
  | { readonly kind: 'form'; readonly fields: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly response: Response };

/** Reads `application/x-www-form-urlencoded` of at most 64 KiB. */
export const readForm = async (request: Request): Promise<FormAnswer> => {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return refused(415, 'send application/x-www-form-urlencoded');
  const text = await readBody(request);
  if (text === undefined) return refused(413, 'the form is too large');
  const pairs = [...new URLSearchParams(text)];
  const fields = new Map(pairs);
  if (fields.size !== pairs.length) return refused(400, 'a field was sent twice');
  return { kind: 'form', fields };
};

const readBody = async (request: Request): Promise<string | undefined> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > mostBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const refused = (status: number, reason: string): FormAnswer => ({
  kind: 'refused',
  response: json({ error: 'invalid_request', error_description: reason }, [], status),
});
