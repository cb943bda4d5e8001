import { globSync } from 'node:fs';

/** Where Debian's packages have the applications and the programs that they need. */
export const wordpressPrograms = '/usr/share/wordpress';
export const mediawikiPrograms = '/usr/share/mediawiki';
export const mariadbProgram = '/usr/sbin/mariadbd';

/** The newest php-fpm; its name has PHP's version. @throws where there is none */
export const phpFpmProgram = (): string => {
  const newest = globSync('/usr/sbin/php-fpm[0-9]*')
    .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
  if (newest === undefined) throw new Error('The applications need php-fpm (Debian: apt-get install php-fpm).');
  return newest;
};
