// The script itself: when to look, and at which kind of page.
import { showSignedIn } from './cached-page.ts';
import { ownUrl } from './own-url.ts';
import { forget } from './remembered-chrome.ts';
import { reloadIfOutdated } from './rendered-page.ts';
import { NOBODY, stateOf } from './state.ts';

/** Cookies may change while a check runs; how often it looks before it gives up. */
const ROUNDS = 3;

let settled: string | undefined;
let busy = false;

const check = async (): Promise<void> => {
  const printed = document.querySelector<HTMLElement>('[data-latchkey]');
  if (!printed || busy || (document as { prerendering?: boolean }).prerendering) return;
  const { chrome, start, hint, marker, state: rendered } = printed.dataset;
  const now = (): string => stateOf(document.cookie, hint, marker);
  const asking = { chrome: ownUrl(chrome, origin), start: ownUrl(start, origin), now };
  busy = true;
  for (let round = 0, state; round < ROUNDS && (state = now()) !== settled; round += 1) {
    const loading = settled === undefined;
    settled = state;
    if (state === NOBODY) forget();
    if (rendered === undefined) settled = await showSignedIn(state, asking);
    else reloadIfOutdated(rendered, state, loading);
  }
  busy = false;
};

const look = (): void => void check();

document.addEventListener('prerenderingchange', look);
document.addEventListener('visibilitychange', () => document.hidden || look());
addEventListener('pageshow', ({ persisted }) => persisted && look());
look();
