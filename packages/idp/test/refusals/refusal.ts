import { enErrors } from '../../src/http/messages/en-errors.ts';
import type { ErrorKind } from '../../src/http/messages/messages.ts';
import type { Answer } from '../support/user-agent.ts';
import type { World } from './world.ts';

/** What the person or program reads. */
export type Reading =
  /** An error page; `code` and `reason` stand in its details. */
  | { readonly kind: 'page'; readonly heading: string; readonly code?: string; readonly reason?: string }
  /** A form once more, with a notice. */
  | { readonly kind: 'form'; readonly heading: string; readonly notice: string }
  /** An OAuth error, or an error of ours in the same shape. */
  | { readonly kind: 'json'; readonly error: string; readonly description?: string | undefined }
  /** An error at the client's redirect URI (RFC 6749, section 4.1.2.1). */
  | { readonly kind: 'client'; readonly error: string; readonly description?: string | undefined }
  /** One line of plain text, for what is refused before anybody looks at what it asks for. */
  | { readonly kind: 'line'; readonly text: string }
  /** Not refused; `text` tells what happens. The test checks it itself. */
  | { readonly kind: 'works'; readonly text: string };

/** One row of docs/refusals.md, and the test of it. */
export interface Refusal {
  /** What is done. */
  readonly done: string;
  readonly status: number;
  readonly reads: Reading;
  /** Does it, and checks what the answer alone does not show. Each answer is then held to `status` and `reads`. */
  readonly ask: (world: World) => Promise<Answer | readonly Answer[]>;
  /** Something is amiss with the server itself, and its log says so. */
  readonly noisy?: boolean;
}

export interface Section {
  /** Where it is done. */
  readonly where: string;
  readonly rows: readonly Refusal[];
}

export const page = (kind: ErrorKind, code?: string, reason?: string): Reading => ({
  kind: 'page',
  heading: enErrors[kind].heading,
  ...(code === undefined ? {} : { code }),
  ...(reason === undefined ? {} : { reason }),
});

export const json = (error: string, description?: string): Reading => ({ kind: 'json', error, description });
export const toClient = (error: string, description?: string): Reading => ({ kind: 'client', error, description });
export const line = (text: string): Reading => ({ kind: 'line', text });
export const works = (text: string): Reading => ({ kind: 'works', text });

export const refuse = (done: string, status: number, reads: Reading, ask: Refusal['ask']): Refusal => ({
  done,
  status,
  reads,
  ask,
});

/** A reading in words, as the table has it. */
export const readingText = (reads: Reading): string => {
  switch (reads.kind) {
    case 'page':
      return `page “${reads.heading}”${inBrackets([reads.code && `\`${reads.code}\``, reads.reason])}`;
    case 'form':
      return `page “${reads.heading}” again: “${reads.notice}”`;
    case 'json':
      return `\`${reads.error}\`${inBrackets([reads.description])}`;
    case 'client':
      return `back at the application: \`error=${reads.error}\`${inBrackets([reads.description])}`;
    case 'line':
      return `“${reads.text}”`;
    case 'works':
      return reads.text;
  }
};

const inBrackets = (parts: readonly (string | undefined)[]): string => {
  const given = parts.filter((part) => part !== undefined);
  return given.length === 0 ? '' : ` (${given.join(': ')})`;
};
