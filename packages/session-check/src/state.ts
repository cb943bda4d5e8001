/**
 * What the cookies that a script can see say about who is signed in: the values of all hint cookies in their order,
 * joined by `,`, then `|`, then the marker of the local session. Without any it is `|`. Servers compute the same from
 * the Cookie header, so values stay as they are, undecoded.
 *
 * Any host of the same domain can forge or double a hint. The marker is the application's own; sent twice, one of the
 * two is somebody else's, and then it counts as absent.
 * @param cookies as `document.cookie` gives them
 * @param hintName undefined where the provider has no hint
 */
export const stateOf = (cookies: string, hintName: string | undefined, markerName: string | undefined): string => {
  const valuesOf = (name: string | undefined): string[] =>
    `; ${cookies}`
      .split(`; ${name}=`)
      .slice(1)
      .map((rest) => rest.replace(/;.*/, ''));
  const [marker = '', another] = valuesOf(markerName);
  return `${valuesOf(hintName).join()}|${another === undefined ? marker : ''}`;
};

/** The state of a browser in which nothing hints at anybody: most visitors', and all crawlers'. */
export const NOBODY = '|';

/** Whether the application has a local session for this browser. */
export const hasMarker = (state: string): boolean => !state.endsWith('|');
