import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedHost } from '../stage/named-host.ts';
import type { NamedHosts } from '../stage/named-hosts.ts';
import { makeApplicationFolder } from './application-folder.ts';
import { wordpressPrograms } from './debian-places.ts';
import { readDebugLog, readIfThere } from './debug-log.ts';
import { administratorPassword, userPassword } from './local-users.ts';
import { startMariadb } from './mariadb.ts';
import { phpFpm } from './php-fpm.ts';
import { runPhp } from './php-command.ts';
import { pageCacheFolder } from './wordpress-host.ts';

export const blog = 'blog.example.test';

/** Constants of wp-config.php. */
export type Constants = Readonly<Record<string, string | number | boolean>>;

export interface Plugin {
  /** Its folder's name in wp-content/plugins, and its main file's. */
  readonly name: string;
  /** Where it really is, absolute: it is linked. */
  readonly folder?: string;
  /** Makes it in wp-content/plugins, in a folder that is not there yet. */
  readonly make?: (folder: string) => Promise<void>;
}

export interface WordPressOptions {
  /** A host of the stage that was opened with `wordpressHost`; `blog` unless told. */
  readonly host?: string;
  /** Activated in this order. */
  readonly plugins?: readonly Plugin[];
  /** PHP text by file name; loaded before plugins, from the first request on. */
  readonly muPlugins?: Readonly<Record<string, string>>;
  /** More constants, or others than the stage's. */
  readonly settings?: Constants;
  /** Of the environment of PHP, on the web and in scripts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Addresses like `/hello-world/`, true unless told; else `/?p=1`, and `?rest_route=` for the REST interface. */
  readonly permalinks?: boolean;
  readonly locale?: 'en_US' | 'fr_FR';
}

/** A mail that WordPress would have sent. */
export interface WordPressMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly message: string;
}

/** The real WordPress, with the users of local-users.ts. Nothing of it is left when the stage is closed. */
export interface WordPress {
  readonly host: NamedHost;
  readonly origin: string;
  /** What nginx serves, and what `ABSPATH` is. */
  readonly folder: string;
  readonly version: string;
  /**
   * Runs a script in WordPress, without `<?php`; `$arguments` are its arguments.
   * @returns what it printed
   * @throws with what it said when it failed
   */
  php(script: string, ...args: readonly string[]): Promise<string>;
  /** Sets constants from the next request on; undefined takes one away. */
  configure(constants: Readonly<Record<string, Constants[string] | undefined>>): Promise<void>;
  /** Entries of debug.log, oldest first; core's own deprecations too, unless only those with a text are asked for. */
  debugLog(about?: string): Promise<readonly string[]>;
  /** All mails so far, oldest first. None is sent. */
  mails(): Promise<readonly WordPressMail[]>;
  /** What the page cache keeps: the key, headers and body of each answer. */
  cachedAnswers(): Promise<readonly string[]>;
  emptyPageCache(): Promise<void>;
  /** Ends its PHP: nginx answers 502. Its data stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const ours = (name: string): string => join(import.meta.dirname, 'wordpress', name);

/** Installs and starts WordPress at a host of the stage, and waits until it answers. */
export const openWordPress = async (hosts: NamedHosts, options: WordPressOptions = {}): Promise<WordPress> => {
  const { plugins = [], muPlugins = {}, settings = {}, env = {}, permalinks = true, locale = 'en_US' } = options;
  const host = hosts.host(options.host ?? blog);
  const folder = await makeApplicationFolder(hosts.folder.path, host.name);
  const site = join(folder, 'site');
  await linkPrograms(folder);
  const database = await startMariadb(hosts, folder);
  const mailFile = join(folder, 'mails.jsonl');
  const debugFile = join(folder, 'debug.log');
  let constants: Constants = {
    DB_NAME: database.name,
    DB_USER: database.user,
    DB_PASSWORD: database.password,
    DB_HOST: `localhost:${database.socket}`,
    DB_CHARSET: 'utf8mb4',
    ...freshKeys(),
    WP_HOME: host.origin,
    WP_SITEURL: host.origin,
    WP_CONTENT_DIR: join(site, 'wp-content'),
    DISABLE_WP_CRON: true,
    AUTOMATIC_UPDATER_DISABLED: true,
    WP_HTTP_BLOCK_EXTERNAL: true,
    WP_ACCESSIBLE_HOSTS: '*.test',
    WP_DEBUG: true,
    WP_DEBUG_DISPLAY: false,
    WP_DEBUG_LOG: debugFile,
    WP_DISABLE_FATAL_ERROR_HANDLER: true,
    STAGE_MAILS: mailFile,
    STAGE_PORT: hosts.port,
    ...settings,
  };
  const save = async (): Promise<void> => {
    const unfinished = join(folder, 'settings.new.json');
    await writeFile(unfinished, JSON.stringify(constants));
    await rename(unfinished, join(folder, 'settings.json')); // a request reads the old ones or the new ones
  };
  const prepend = join(folder, 'prepend.php');
  const script = (argv: readonly string[], input?: string): Promise<string> =>
    runPhp(hosts, ['-d', `auto_prepend_file=${prepend}`, ...argv], { env, ...(input === undefined ? {} : { input }) });
  const php: WordPress['php'] = (text, ...args) => script([ours('run.php'), ...args], text);

  await save();
  const choices = { administratorPassword, userPassword, permalinks, locale };
  const version = await script([ours('install.php'), JSON.stringify(choices)]);
  await addPlugins(site, plugins, muPlugins, php);

  const server = await phpFpm(hosts, { host: host.name, folder, env, settings: { auto_prepend_file: prepend } });
  await server.start();
  const debugLog: WordPress['debugLog'] = (about) => readDebugLog(debugFile, about);
  const { status, text } = await hosts.request(`${host.origin}/wp-login.php`); // which no page cache keeps
  if (status !== 200) {
    throw new Error(`WordPress answers ${status}: ${text}\n${(await debugLog()).join('\n')}\n${server.output()}`);
  }

  const cache = join(hosts.folder.path, pageCacheFolder(host.name));
  return {
    host,
    origin: host.origin,
    folder: site,
    version,
    php,
    configure: async (changes) => {
      const changed = Object.entries({ ...constants, ...changes });
      constants = Object.fromEntries(changed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
      await save();
    },
    debugLog,
    mails: async () => {
      const lines = (await readIfThere(mailFile)).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as WordPressMail);
    },
    cachedAnswers: async () => Promise.all((await filesIn(cache)).map((file) => readFile(file, 'latin1'))),
    emptyPageCache: async () => {
      await Promise.all((await filesIn(cache)).map((file) => rm(file, { force: true })));
    },
    stop: server.stop,
    start: server.start,
  };
};

/**
 * Makes the folder that nginx serves. Programs are links to Debian's, as a copy would be 60 MB in 3000 files; what makes
 * WordPress this one is ABSPATH, which prepend.php defines.
 */
const linkPrograms = async (folder: string): Promise<void> => {
  const content = join(folder, 'site/wp-content');
  for (const name of ['plugins', 'mu-plugins', 'themes', 'uploads']) {
    await mkdir(join(content, name), { recursive: true, mode: 0o700 });
  }
  const programs = (await readdir(wordpressPrograms)).filter(
    (name) => name === 'wp-admin' || name === 'wp-includes' || (name.endsWith('.php') && name !== 'wp-config.php'),
  );
  const themes = await readdir(join(wordpressPrograms, 'wp-content/themes'));
  await Promise.all([
    ...programs.map((name) => symlink(join(wordpressPrograms, name), join(folder, 'site', name))),
    ...themes.map((name) => symlink(join(wordpressPrograms, 'wp-content/themes', name), join(content, 'themes', name))),
    symlink(join(wordpressPrograms, 'wp-content/languages'), join(content, 'languages')),
    copyFile(ours('prepend.php'), join(folder, 'prepend.php')),
    copyFile(ours('wp-config.php'), join(folder, 'site/wp-config.php')),
    copyFile(ours('stage-mu-plugin.php'), join(content, 'mu-plugins/stage.php')),
  ]);
};

const addPlugins = async (
  site: string,
  plugins: readonly Plugin[],
  muPlugins: Readonly<Record<string, string>>,
  php: WordPress['php'],
): Promise<void> => {
  const content = join(site, 'wp-content');
  for (const [name, text] of Object.entries(muPlugins)) await writeFile(join(content, 'mu-plugins', name), text);
  for (const { name, folder, make } of plugins) {
    const place = join(content, 'plugins', name);
    if (folder !== undefined) await symlink(folder, place);
    await make?.(place);
  }
  if (plugins.length === 0) return;
  const activate = `
    require_once ABSPATH . 'wp-admin/includes/plugin.php';
    foreach ($arguments as $plugin) {
      $error = activate_plugin("$plugin/$plugin.php");
      if (is_wp_error($error)) throw new RuntimeException("$plugin: " . $error->get_error_message());
    }`;
  await php(activate, ...plugins.map(({ name }) => name));
};

const freshKeys = (): Constants => {
  const names = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((name) => [`${name}_KEY`, `${name}_SALT`]);
  return Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('hex')]));
};

/** All files below the folder; none where the host has no page cache. */
const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};
