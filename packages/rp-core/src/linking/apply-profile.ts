import type { LocalSessionStore } from '../session/local-session-store.ts';
import type { ApplyResult, Linker } from './linker.ts';
import type { Profile } from './profile.ts';
import type { Subject } from './subject.ts';

/** Takes over a profile, and has those read theirs anew whose address moved on to this person. */
export const applyProfile = async (
  linker: Pick<Linker, 'applyProfile'>,
  sessions: Pick<LocalSessionStore, 'distrust'>,
  profile: Profile,
): Promise<ApplyResult> => {
  const applied = await linker.applyProfile(profile);
  if (applied.kind === 'applied') await distrustAll(sessions, applied.displaced);
  return applied;
};

export const distrustAll = async (
  sessions: Pick<LocalSessionStore, 'distrust'>,
  subjects: readonly Subject[],
): Promise<void> => {
  for (const { issuer, sub } of subjects) await sessions.distrust(issuer, sub);
};
