import { askEndpoint, askInFrame } from './ask.ts';
import type { Answer, Chrome } from './chrome.ts';
import { paint } from './paint.ts';
import { recall, remember } from './remembered-chrome.ts';
import { hasMarker, NOBODY } from './state.ts';

/** Where a page's application answers, if it said so, and how the browser's cookies are now. */
export interface Asking {
  readonly chrome: string | false;
  readonly start: string | false;
  readonly now: () => string;
}

const askedInFrame = new Set<string>();

const show = (state: string, { ask, ...chrome }: Answer): boolean | undefined => {
  paint(chrome);
  remember(state, chrome, ask);
  return ask;
};

/**
 * Finds out who is signed in and shows it, on a page that is the same for everybody.
 * @returns the state that is settled with this: the given one, or the one that the frame's answer left behind
 */
export const showSignedIn = async (state: string, { chrome, start, now }: Asking): Promise<string> => {
  const known: Chrome | false = state === NOBODY ? { signedIn: false } : recall(state);
  if (known) {
    paint(known);
    if (!known.signedIn) return state;
  }

  if (hasMarker(state)) {
    const answer = chrome && (await askEndpoint(chrome));
    // Cookies that changed meanwhile: the answer may be about who was here before, and whoever called asks again.
    if (!answer || now() !== state || !show(state, answer)) return state;
  }

  if (!start || askedInFrame.has(state)) return state;
  askedInFrame.add(state);
  const answer = await askInFrame(start);
  const left = now();
  if (answer) show(left, answer);
  return left;
};
