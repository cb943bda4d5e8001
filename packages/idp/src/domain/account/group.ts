import { accepted, refused, type Checked } from './checked.ts';
import { printableText } from './printable-text.ts';

const maxGroups = 100;

/** Checks the name of a group: 1 to 64 characters; no comma, because Discourse reads lists of groups separated by commas. */
export function checkGroup(group: string): Checked<'ERR_GROUP_INVALID'> {
  const checked = printableText(group, 64);
  if (checked.fault !== undefined) return refused('ERR_GROUP_INVALID', `a group name ${checked.fault}`);
  if (checked.text.includes(',')) return refused('ERR_GROUP_INVALID', 'a group name must not have a comma');
  return accepted(checked.text);
}

/** Checks a whole list and keeps it sorted and without doubles, so that the same groups are always the same list. */
export function checkGroups(groups: readonly string[]): Checked<'ERR_GROUP_INVALID', readonly string[]> {
  const kept = new Set<string>();
  for (const group of groups) {
    const checked = checkGroup(group);
    if (checked.problem) return checked;
    kept.add(checked.value);
  }
  if (kept.size > maxGroups) return refused('ERR_GROUP_INVALID', `an account can be in at most ${maxGroups} groups`);
  return accepted([...kept].toSorted());
}
