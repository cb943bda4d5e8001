import { escapeHtml, sessionElement } from '@latchkey/rp-core';
import type { Note } from './notes.ts';
import type { Settings } from './settings.ts';

export const stylesheet = `
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
body { max-width: 42rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; border-bottom: 1px solid; }
header p { white-space: nowrap; }
header form, li form { display: inline; }
[data-latchkey] { text-align: end; }
[hidden] { display: none !important; }
textarea { display: block; width: 100%; min-height: 5rem; box-sizing: border-box; font: inherit; }
button { font: inherit; padding: 0.2rem 0.8rem; }
li { margin: 0.6rem 0; overflow-wrap: anywhere; }
`;

export function layout(
  { name }: Settings,
  title: string,
  content: string,
  session?: Parameters<typeof sessionElement>[0],
): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/notes.css"></head>
<body><header><p><a href="/">${escapeHtml(name)}</a> · <a href="/notes">My notes</a></p>
${session === undefined ? '' : `${sessionElement(session)}<script src="/session-check.js" defer></script>`}</header>
<main>${content}</main></body></html>
`;
}

const list = (notes: readonly Note[], form: (note: Note) => string): string =>
  notes.length === 0
    ? '<p>No notes yet.</p>'
    : `<ul>${notes.map((note) => `<li>${escapeHtml(note.text)} ${form(note)}</li>`).join('')}</ul>`;

/** The same for everybody: a shared cache may keep it. */
export const frontPage = (notes: readonly Note[]): string => `<h1>Public notes</h1>${list(notes, () => '')}`;

export function notesPage(notes: readonly Note[], csrf: string): string {
  const hidden = `<input type="hidden" name="csrf" value="${escapeHtml(csrf)}">`;
  const removal = ({ id }: Note): string =>
    `<form method="post" action="/notes">${hidden}<button name="remove" value="${id}">Remove</button></form>`;
  return `<h1>My notes</h1>
<form method="post" action="/notes">${hidden}<label>New note<textarea name="text" required maxlength="2000"></textarea></label>
<label><input type="checkbox" name="public"> show it on the front page</label><p><button>Save</button></p></form>
${list(notes, removal)}`;
}
