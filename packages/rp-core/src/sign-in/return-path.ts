/** Longer ones do not fit into the cookie of an attempt. */
const longestReturnPath = 1024;

/**
 * The path of this application to which a sign-in returns, or undefined where it is none: only a path with its query,
 * never an address of somebody else's (RFC 9700, section 4.11.1: no open redirect).
 * @param origin of the application
 * @param ownPath the folder of the sign-in's own addresses, to which no sign-in returns
 */
export const readReturnPath = (text: string | null | undefined, origin: URL, ownPath: string): string | undefined => {
  if (text === null || text === undefined || text.length > longestReturnPath) return undefined;
  // Browsers read `\` as `/`, and drop tabs and line breaks before they read anything.
  if (!/^\/(?!\/)[!"$-[\]-~]*$/.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text, origin);
  } catch {
    return undefined;
  }
  if (url.origin !== origin.origin || url.username !== '' || url.password !== '') return undefined;
  const path = `${url.pathname}${url.search}`;
  if (path.startsWith('//') || url.pathname === ownPath || url.pathname.startsWith(`${ownPath}/`)) return undefined;
  return path;
};
