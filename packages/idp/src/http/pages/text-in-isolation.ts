import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';

/**
 * Text from elsewhere (names, hosts) inside a sentence. `<bdi>` keeps writing direction and directional characters in
 * it from reordering the words around it, which could make a name say something else.
 */
export const textInIsolation = (text: string): Html => html`<bdi>${text}</bdi>`;

/** The same, as the sentence's important part. */
export const nameInText = (text: string): Html => html`<strong class="name"><bdi>${text}</bdi></strong>`;
