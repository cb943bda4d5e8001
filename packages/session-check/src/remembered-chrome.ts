import { type Chrome, isAnswer } from './chrome.ts';
import { read, remove, write } from './tab-storage.ts';

const KEY = 'latchkey';
/** How long "nobody is signed in" is believed without asking, in milliseconds. */
const SIGNED_OUT_TTL_MS = 600_000;

/**
 * The chrome that was last shown in this tab, if that was in the same state of the browser.
 * @param remembered what the tab's storage held, in whatever form
 * @param now in milliseconds since the epoch
 * @returns false when there is none, or when "signed out" was said too long ago
 */
export const stillGood = (remembered: unknown, state: string, now: number): Chrome | false => {
  const { state: known, at, chrome } = (remembered ?? {}) as Readonly<Record<string, unknown>>;
  return known === state && isAnswer(chrome) && (chrome.signedIn || now - Number(at) < SIGNED_OUT_TTL_MS) && chrome;
};

export const recall = (state: string): Chrome | false => stillGood(read(KEY), state, Date.now());

/** "Signed out, but worth asking" is kept as already too old, so that the next page asks. */
export const remember = (state: string, chrome: Chrome, ask: boolean | undefined): void => {
  write(KEY, { state, at: ask ? 0 : Date.now(), chrome });
};

export const forget = (): void => remove(KEY);
