import { read, write } from './tab-storage.ts';

/** A page that just loads waits this long after its last reload before it may cause another, in milliseconds. */
const PAUSE_MS = 60_000;

/** A reload as the tab remembers it for an address: when, in milliseconds, and from which state to which. */
export type Reload = readonly [at: number, states: string];

/**
 * Whether a page that a server rendered for one state may be loaded again now that the browser is in another. Never
 * twice for the same pair, since then the server keeps to its answer. A page that is just loading, not one that somebody
 * came back to, waits besides: cookies that change with every view, as a sibling host can make them, cause no loop.
 * @param last the last reload of this address in this tab
 */
export const mayReload = (last: Reload | undefined, [at, states]: Reload, loading: boolean): boolean =>
  last?.[1] !== states && !(loading && last && at - last[0] < PAUSE_MS);

/**
 * Loads a page anew when it was rendered for another state than the browser's.
 * @param loading whether this is the first look at the page since it was loaded
 */
export const reloadIfOutdated = (rendered: string, state: string, loading: boolean): void => {
  const key = `latchkey ${location.href}`;
  const reload: Reload = [Date.now(), `${rendered} ${state}`];
  if (rendered === state || !mayReload(read(key) as Reload | undefined, reload, loading)) return;
  // What cannot be remembered could be done again and again, unless a person causes it.
  if (write(key, reload) || !loading) location.reload();
};
