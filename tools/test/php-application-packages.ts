/** What the check asks of the machine. */
export interface Machine {
  /** Whether a file or folder is there; `*` stands for any characters in a name. */
  readonly has: (path: string) => boolean;
  /** The extensions of PHP's command line; empty where there is no PHP. */
  readonly phpExtensions: () => readonly string[];
}

/** What each package of Debian 12 brings, that the applications of tools/apps need. */
const files: Readonly<Record<string, string>> = {
  'mariadb-server-core': '/usr/sbin/mariadbd',
  // The applications ask for some web server; without this one in the same order it would be Apache.
  nginx: '/usr/sbin/nginx',
  'php-fpm': '/usr/sbin/php-fpm[0-9]*',
  'php-cli': '/usr/bin/php',
  mediawiki: '/usr/share/mediawiki/maintenance',
  wordpress: '/usr/share/wordpress/wp-load.php',
  'wordpress-l10n': '/usr/share/wordpress/wp-content/languages/fr_FR.mo',
  'wordpress-theme-twentytwentythree': '/usr/share/wordpress/wp-content/themes/twentytwentythree',
};
const extensions: Readonly<Record<string, string>> = {
  'php-apcu': 'apcu',
  'php-curl': 'curl',
  'php-gd': 'gd',
  'php-intl': 'intl',
  'php-mbstring': 'mbstring',
  'php-mysql': 'mysqli',
  'php-sqlite3': 'pdo_sqlite',
  'php-xml': 'dom',
};

/** Debian packages that WordPress and MediaWiki need and the machine does not have. */
export function missingPhpApplicationPackages({ has, phpExtensions }: Machine): string[] {
  const loaded = new Set(phpExtensions());
  return [
    ...Object.entries(files).flatMap(([name, path]) => (has(path) ? [] : [name])),
    ...Object.entries(extensions).flatMap(([name, extension]) => (loaded.has(extension) ? [] : [name])),
  ];
}
