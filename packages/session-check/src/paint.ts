import type { Chrome } from './chrome.ts';

/** The chrome on display as text; empty while nobody is shown as signed in, as the application prints it. */
let shown = '';

const fill = <Property extends 'hidden' | 'textContent' | 'value'>(
  part: string,
  property: Property,
  value: HTMLInputElement[Property],
): void =>
  document.querySelectorAll<HTMLInputElement>(`[data-latchkey] ${part}`).forEach((element) => {
    element[property] = value;
  });

/**
 * Fills each element that the application printed, and nothing outside them, by text alone: a name is whatever somebody
 * typed. Tells the page's own code when that changes what is shown.
 */
export const paint = (chrome: Chrome): void => {
  const { signedIn } = chrome;
  fill('[data-latchkey-name]', 'textContent', signedIn ? chrome.name : '');
  fill('input[name=csrf]', 'value', signedIn ? chrome.csrf : '');
  fill('[data-latchkey-in]', 'hidden', !signedIn);
  fill('[data-latchkey-out]', 'hidden', signedIn);
  const showing = signedIn ? JSON.stringify(chrome) : '';
  if (showing !== shown) {
    shown = showing;
    document.dispatchEvent(new CustomEvent('latchkey', { detail: chrome }));
  }
};
