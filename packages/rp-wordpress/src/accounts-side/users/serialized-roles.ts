/** One pair of a serialised PHP array: a text of so many bytes, and true, false, a whole number or a text. */
const pair = /^s:(\d{1,4}):"([^"]{0,1000})";(?:b:([01])|i:(-?\d{1,19})|s:\d{1,4}:"([^"]{0,1000})");/;

/**
 * Reads `wp_capabilities` of wp_usermeta, a serialised PHP array such as `a:1:{s:13:"administrator";b:1;}`: the names of the roles
 * and single capabilities that are granted. Only this form is read, no other PHP value.
 * @returns undefined for anything else
 */
export function serializedRoles(text: string): readonly string[] | undefined {
  const [, count, body] = /^a:(\d{1,4}):\{(.*)\}$/s.exec(text) ?? [];
  if (body === undefined) return undefined;
  const granted: string[] = [];
  let rest = body;
  let pairs = 0;
  while (rest !== '') {
    const [whole, bytes, name, asBoolean, asNumber, asText] = pair.exec(rest) ?? [];
    if (whole === undefined || name === undefined || Buffer.byteLength(name) !== Number(bytes)) return undefined;
    // What PHP takes for false.
    if (![undefined, '', '0'].includes(asBoolean ?? asNumber ?? asText)) granted.push(name);
    rest = rest.slice(whole.length);
    pairs += 1;
  }
  return pairs === Number(count) ? granted : undefined;
}
