import type { HexColour } from './contrast.ts';
import { palettes } from './palette.ts';
import type { Palette } from './palette.ts';

/** The one stylesheet of all pages, in the organisation's colour (`#rrggbb`), for light and dark. */
export function stylesheet(accentColour: HexColour): string {
  const { light, dark } = palettes(accentColour);
  return `:root {
  color-scheme: light dark;
${properties(light)}
}
@media (prefers-color-scheme: dark) {
  :root {
${properties(dark)}
  }
}
${frameRules}${contentRules}${formRules}${preferenceRules}`;
}

const properties = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `  --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${colour};`)
    .join('\n');

const frameRules = `
*, *::before, *::after { box-sizing: border-box; }
html {
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  grid-template: auto auto 1fr / minmax(0, 26.5rem);
  justify-content: center;
  align-content: start;
  border-block-start: 0.25rem solid var(--accent);
  background: var(--surface);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif;
  overflow-wrap: anywhere;
}
.site-header {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  padding: 1.5rem 1.25rem 0;
}
.site-logo {
  flex: none;
  width: auto;
  height: 2.25rem;
  max-width: 9rem;
  object-fit: contain;
}
.site-name {
  font-weight: 600;
  font-size: 1.0625rem;
  line-height: 1.3;
}
.card {
  padding: 1.75rem 1.25rem;
}
.card:focus { outline: none; }
.site-footer {
  align-self: end;
  padding: 1rem 1.25rem 1.5rem;
  color: var(--muted-text);
  font-size: 0.8125rem;
}
.site-footer p { margin: 0; }
.skip-link {
  position: absolute;
  inset-block-start: 0.5rem;
  inset-inline-start: 0.5rem;
  z-index: 1;
  padding: 0.5rem 0.75rem;
  border-radius: 0.5rem;
  background: var(--surface);
  color: var(--accent-text);
}
.skip-link:not(:focus) {
  width: 1px;
  height: 1px;
  padding: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (min-width: 32rem) {
  body {
    background: var(--page);
    padding-inline: 1rem;
  }
  .site-header { padding: clamp(1.5rem, 9vh, 5.5rem) 0.25rem 1.25rem; }
  .card {
    padding: 2.25rem;
    border: 1px solid var(--line);
    border-radius: 0.875rem;
    background: var(--surface);
    box-shadow: 0 1px 2px rgb(0 0 0 / 0.04), 0 8px 24px rgb(0 0 0 / 0.05);
  }
  .site-footer { padding: 1.25rem 0.25rem 1.75rem; }
}
`;

const contentRules = `
h1 {
  margin: 0;
  font-size: 1.625rem;
  line-height: 1.25;
  font-weight: 650;
  letter-spacing: -0.01em;
  text-wrap: balance;
}
h2 {
  margin: 0 0 0.5rem;
  font-size: 0.8125rem;
  font-weight: 600;
}
p, ul, dl { margin: 1rem 0 0; }
h1 + .lead { margin-block-start: 0.375rem; }
.lead { color: var(--muted-text); }
.lead .name { color: var(--text); }
.name { font-weight: 600; }
.hint {
  margin-block-start: 1.25rem;
  color: var(--muted-text);
  font-size: 0.875rem;
}
.hint .name { color: var(--text); }
a { color: var(--accent-text); }
code {
  font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
  font-size: 0.9375em;
}
.notice {
  padding: 0.75rem 0.875rem;
  border-inline-start: 0.25rem solid var(--control-line);
  border-radius: 0.375rem;
  background: var(--inset);
  font-size: 0.9375rem;
}
.notice-error {
  border-color: var(--error-text);
  background: var(--error-surface);
  color: var(--error-text);
}
.person {
  display: flex;
  align-items: center;
  gap: 0.875rem;
  margin-block-start: 1.25rem;
  padding: 0.75rem 0.875rem;
  border-radius: 0.625rem;
  background: var(--inset);
}
.person-initial {
  flex: none;
  display: grid;
  place-items: center;
  width: 2.5rem;
  height: 2.5rem;
  border-radius: 50%;
  background: var(--accent);
  color: var(--text-on-accent);
  font-weight: 600;
}
.person-text {
  display: grid;
  min-width: 0;
  margin: 0;
  line-height: 1.35;
}
.person-label, .person-username {
  color: var(--muted-text);
  font-size: 0.8125rem;
}
.person-name { font-weight: 600; }
.list-introduction { margin-block-start: 1.5rem; }
.scopes {
  display: grid;
  gap: 0.5rem;
  margin-block-start: 0.625rem;
  padding-inline-start: 1.25rem;
}
.scopes li::marker { color: var(--accent-text); }
.details {
  margin-block-start: 1.75rem;
  padding-block-start: 1.25rem;
  border-block-start: 1px solid var(--line);
  color: var(--muted-text);
  font-size: 0.8125rem;
}
.details dl {
  display: grid;
  gap: 0.375rem;
  margin: 0;
}
.details dt { display: inline; }
.details dt::after { content: ':'; }
.details dd {
  display: inline;
  margin: 0 0 0 0.375rem;
  color: var(--text);
}
`;

const formRules = `
.form, .go-on { margin-block-start: 1.5rem; }
.form .hint { margin-block-start: 0.75rem; }
.field { margin-block-end: 1.125rem; }
label {
  display: block;
  margin-block-end: 0.375rem;
  font-weight: 600;
  font-size: 0.9375rem;
}
.input {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--control-line);
  border-radius: 0.5rem;
  background: var(--surface);
  color: var(--text);
  font: inherit;
}
.input[aria-invalid='true'] {
  border-color: var(--error-text);
  box-shadow: inset 0 0 0 1px var(--error-text);
}
.button {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.625rem 1rem;
  border: 1px solid var(--control-line);
  border-radius: 0.5rem;
  background: transparent;
  color: var(--text);
  font: inherit;
  font-weight: 600;
  line-height: 1.5;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { background: var(--inset); }
.button-primary {
  border-color: var(--accent-text);
  background: var(--accent);
  color: var(--text-on-accent);
}
.button-primary:hover { background: var(--accent-hover); }
.field + .button { margin-block-start: 1.5rem; }
.button-quiet {
  margin-block-start: 0.75rem;
  border-color: transparent;
  color: var(--accent-text);
}
.buttons {
  display: grid;
  gap: 0.75rem;
}
@media (min-width: 24rem) {
  .buttons-equal { grid-template-columns: 1fr 1fr; }
}
:focus-visible {
  outline: 0.1875rem solid var(--accent-text);
  outline-offset: 0.125rem;
}
.input:focus-visible { outline-offset: -0.0625rem; }
`;

const preferenceRules = `
@media (prefers-reduced-motion: no-preference) {
  .button { transition: background-color 120ms ease-out; }
}
@media (prefers-contrast: more) {
  .lead, .hint, .person-label, .person-username, .details, .site-footer { color: var(--text); }
}
@media (forced-colors: active) {
  .notice, .person { border: 1px solid CanvasText; }
  .notice-error, .button-primary { border-width: 0.1875rem; }
  .button-quiet { border-color: ButtonBorder; }
}
`;
