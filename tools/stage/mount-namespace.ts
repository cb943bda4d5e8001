import { spawnSync } from 'node:child_process';

/**
 * The options with which `unshare` may give a process mounts of its own: as root a mount namespace is enough, an ordinary
 * user needs a user namespace in which they are root.
 * @returns undefined where the machine allows neither
 */
export const mountNamespaceOptions = (): readonly string[] | undefined =>
  [['--mount'], ['--map-root-user', '--mount']].find(
    (options) => spawnSync('unshare', [...options, 'true'], { stdio: 'ignore' }).status === 0,
  );
