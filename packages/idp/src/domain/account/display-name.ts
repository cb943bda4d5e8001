import { accepted, refused, type Checked } from './checked.ts';
import { printableText } from './printable-text.ts';

/** Checks the name that people see (claim `name`): 1 to 100 characters, kept composed (NFC) and trimmed. */
export function checkDisplayName(name: string): Checked<'ERR_NAME_INVALID'> {
  const checked = printableText(name, 100);
  return checked.fault === undefined
    ? accepted(checked.text)
    : refused('ERR_NAME_INVALID', `the name ${checked.fault}`);
}
