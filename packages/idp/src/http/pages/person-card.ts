import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import type { PersonName } from './site.ts';

/** What a person is called: the display name, else the user name. */
export const displayName = ({ name, username }: PersonName): string => name?.trim() || username;

/** The account that a page speaks about, below the words that say how. */
export function personCard(label: string, person: PersonName): Html {
  const shown = displayName(person);
  return html`<div class="person">
<span class="person-initial" aria-hidden="true">${initialOf(shown)}</span>
<p class="person-text"><span class="person-label">${label}</span>
<strong class="person-name"><bdi>${shown}</bdi></strong>
${shown !== person.username && html`<span class="person-username"><bdi>${person.username}</bdi></span>`}</p>
</div>`;
}

function initialOf(text: string): string {
  const [first] = new Intl.Segmenter().segment(text);
  return (first?.segment ?? '').toLocaleUpperCase();
}
