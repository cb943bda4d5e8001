/** Schemes that may stand in a link, an image or a form of ours. Everything that runs or embeds content is absent. */
const safeSchemes = new Set(['http', 'https', 'mailto']);

// RFC 8252, section 7.1: a native application's own scheme is a domain name it controls, in reverse order. The dot is
// what tells it from `javascript`, `data`, `vbscript`, `blob`, `file` and whatever browsers invent next.
const isPrivateUseScheme = (scheme: string): boolean => scheme.includes('.');

/** Reads a URL's text as a browser does before it looks for the scheme (WHATWG URL, basic URL parser, steps 1 to 3). */
function asBrowsersRead(url: string): string {
  let start = 0;
  while (start < url.length && url.charCodeAt(start) <= 0x20) start += 1;
  return url.slice(start).replace(/[\t\n\r]/g, '');
}

/**
 * Tells whether a URL may be written into a page: absolute with a known harmless scheme, or relative to this origin.
 *
 * Refused are `javascript:`, `data:`, `vbscript:` and every other scheme not listed, and `//host`, which looks like a
 * path and leaves the origin; each also behind white space, control characters, mixed case or backslashes. So is a
 * leading quotation mark, which `<meta http-equiv="refresh">` would take off before it reads the scheme.
 */
export function isSafeUrl(url: string): boolean {
  const read = asBrowsersRead(url);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(read)?.[1]?.toLowerCase();
  if (scheme !== undefined) return safeSchemes.has(scheme) || isPrivateUseScheme(scheme);
  return !/^(?:[/\\]{2}|["'])/.test(read);
}
