import { authorizationSections } from './authorization-rows.ts';
import { clientAuthenticationSections } from './client-authentication-rows.ts';
import { codeSections } from './code-rows.ts';
import { diskFullSections } from './disk-full-rows.ts';
import { forgerySections } from './forgery-rows.ts';
import { hostSections, proxySections } from './host-rows.ts';
import { interactionSections } from './interaction-rows.ts';
import { otherBrowserSection } from './other-browser-rows.ts';
import { outageSections } from './outage-rows.ts';
import { pathAndMethodSections } from './path-and-method-rows.ts';
import { redirectUriSections } from './redirect-uri-rows.ts';
import { readingText, type Section } from './refusal.ts';
import { signInSections } from './sign-in-rows.ts';
import { signOutSections } from './sign-out-rows.ts';
import { sizeAndEncodingSections } from './size-and-encoding-rows.ts';
import { startRefusals, type StartRefusal } from './start-rows.ts';
import { tokenUseSections } from './token-use-rows.ts';

/** All that is answered over HTTP, in the order of the document. */
export const everySection: readonly Section[] = [
  ...authorizationSections,
  ...redirectUriSections,
  ...interactionSections,
  otherBrowserSection,
  ...forgerySections,
  ...signInSections,
  ...signOutSections,
  ...codeSections,
  ...clientAuthenticationSections,
  ...tokenUseSections,
  ...hostSections,
  ...proxySections,
  ...sizeAndEncodingSections,
  ...pathAndMethodSections,
  ...outageSections({ server: undefined, beforeNextCode: undefined }),
  ...diskFullSections({ freeBytes: 0 }),
];

type Row = readonly [where: string, done: string, status: string, reads: string];

const startReading = ({ reads, text }: StartRefusal): string =>
  text ?? reads.map((line) => `“${String(line)}”`).join(' · ');

const rows = (): readonly Row[] => [
  ...everySection.flatMap(({ where, rows: ofSection }) =>
    ofSection.map((row): Row => [where, row.done, String(row.status), readingText(row.reads)]),
  ),
  ...startRefusals.map((row): Row => ['`latchkey start`', row.done, `exit ${row.exitCode}`, startReading(row)]),
];

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The table of docs/refusals.md, a line for each row. */
export const refusalTable = (): string =>
  [
    '| where | what is done | status | what the person or program reads |',
    '|---|---|---|---|',
    ...rows().map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');
