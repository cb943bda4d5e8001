import { escapeHtml } from './escape-html.ts';

export interface SessionElement {
  /** The folder of the sign-in's addresses. */
  readonly path: string;
  readonly scriptNames: { readonly hint: string; readonly marker: string };
  /** Where a click on "Sign in" comes back to. */
  readonly returnPath: string;
  /** Whom the server rendered the page for; undefined: nobody, or everybody. */
  readonly person?: { readonly name: string; readonly csrf: string } | undefined;
  /** Of a page that no shared cache keeps; left out on pages for everybody. */
  readonly browserState?: string | undefined;
}

/**
 * The element that says who is signed in, with sign-in link and sign-out form. It is complete without scripts; the session
 * check script fills it on pages for everybody.
 */
export const sessionElement = ({ path, scriptNames, returnPath, person, browserState }: SessionElement): string => {
  const attributes = {
    'data-chrome': `${path}/chrome`,
    'data-start': `${path}/start?frame=1`,
    'data-hint': scriptNames.hint,
    'data-marker': scriptNames.marker,
    ...(browserState === undefined ? {} : { 'data-state': browserState }),
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escapeHtml(value)}"`);
  const [inHidden, outHidden] = person === undefined ? [' hidden', ''] : ['', ' hidden'];
  return `<div data-latchkey ${written.join(' ')}>
<span data-latchkey-out${outHidden}><a href="${escapeHtml(`${path}/start?to=${encodeURIComponent(returnPath)}`)}">Sign in</a></span>
<span data-latchkey-in${inHidden}><span data-latchkey-name>${escapeHtml(person?.name ?? '')}</span>
<form method="post" action="${escapeHtml(path)}/sign-out"><input type="hidden" name="csrf" value="${escapeHtml(person?.csrf ?? '')}"><button>Sign out</button></form></span>
</div>`;
};
