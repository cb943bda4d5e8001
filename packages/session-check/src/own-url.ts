/**
 * The address of one of the application's own endpoints. A `<base>` does not change it, and it never leaves the origin:
 * the element may stand in a page that shows what strangers wrote.
 * @param path begins with `/`
 * @returns something empty when it does not
 */
export const ownUrl = (path: string | undefined, origin: string): string | false => path?.[0] === '/' && origin + path;
