import { json } from '../answers.ts';
import { readBounded } from '../read-bounded.ts';

const mostBytes = 64 * 1024;

/** Each field once; a form in which a name stands twice is refused, since two readers could take different ones. */
export type FormAnswer =
  | { readonly kind: 'form'; readonly fields: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly response: Response };

/** Reads `application/x-www-form-urlencoded` of at most 64 KiB. */
export const readForm = async (request: Request): Promise<FormAnswer> => {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return refused(415, 'send application/x-www-form-urlencoded');
  const text = (await readBounded(request.body, mostBytes))?.toString('utf8');
  if (text === undefined) return refused(413, 'the form is too large');
  const pairs = [...new URLSearchParams(text)];
  const fields = new Map(pairs);
  if (fields.size !== pairs.length) return refused(400, 'a field was sent twice');
  return { kind: 'form', fields };
};

const refused = (status: number, reason: string): FormAnswer => ({
  kind: 'refused',
  response: json({ error: 'invalid_request', error_description: reason }, [], status),
});
