/** WordPress refuses longer ones, in bytes. */
const maxBytes = 4096;

const phpWhiteSpace = /^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g;

const withSlashes = (text: string): string => text.replaceAll(/['"\\]/g, '\\$&').replaceAll('\0', '\\0');

/**
 * The texts that WordPress may have hashed for this password: without the white space around it, and, where the person set
 * it in a form, with a backslash before each quotation mark and backslash, which WordPress adds to everything it receives and
 * does not take away from passwords. (A password set by the command line or the REST API has none.) Empty when it cannot be
 * a password there.
 */
function passwordForms(password: string): readonly string[] {
  if (!password.isWellFormed() || Buffer.byteLength(password) > maxBytes) return [];
  const trimmed = password.replaceAll(phpWhiteSpace, '');
  const slashed = withSlashes(trimmed);
  return [...new Set([trimmed, slashed])].filter((form) => form !== '' && Buffer.byteLength(form) <= maxBytes);
}

/** Whether one of the forms is right; asks one after the other. */
export async function someForm(password: string, isRight: (form: string) => Promise<boolean>): Promise<boolean> {
  for (const form of passwordForms(password)) {
    if (await isRight(form)) return true;
  }
  return false;
}
