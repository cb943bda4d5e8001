import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedHost } from '../stage/named-host.ts';
import type { NamedHosts } from '../stage/named-hosts.ts';
import { makeApplicationFolder } from './application-folder.ts';
import { mediawikiPrograms } from './debian-places.ts';
import { readDebugLog } from './debug-log.ts';
import { administratorPassword, userPassword } from './local-users.ts';
import { phpFpm } from './php-fpm.ts';
import { runPhp } from './php-command.ts';

export const wiki = 'wiki.example.test';

/** Variables of LocalSettings.php, `wgLanguageCode` for one; anything that JSON can say. */
export type Variables = Readonly<Record<string, unknown>>;

export interface Extension {
  readonly name: string;
  /** Where it is, absolute, with its extension.json. */
  readonly folder: string;
}

export interface MediaWikiOptions {
  /** A host of the stage that was opened with `mediawikiHost`; `wiki` unless told. */
  readonly host?: string;
  /** Loaded in this order; their tables are made. */
  readonly extensions?: readonly Extension[];
  /** More variables, or others than the stage's. */
  readonly settings?: Variables;
  /** Of the environment of PHP, on the web and in scripts. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The real MediaWiki, with the users of local-users.ts. Nothing of it is left when the stage is closed. */
export interface MediaWiki {
  readonly host: NamedHost;
  readonly origin: string;
  /** Where its LocalSettings.php and all of its data are. */
  readonly folder: string;
  readonly version: string;
  /** Runs a script of its `maintenance` folder, such as `update`. @returns what it printed @throws when it fails */
  maintenance(script: string, ...args: readonly string[]): Promise<string>;
  /**
   * Runs a script in MediaWiki, without `<?php`; `$arguments` are its arguments.
   * @returns what it printed
   * @throws with what it said when it failed
   */
  php(script: string, ...args: readonly string[]): Promise<string>;
  /** Sets variables from the next request on; undefined takes one away. */
  configure(variables: Variables): Promise<void>;
  /** Exceptions and PHP's errors, oldest first, or only those with a text. */
  debugLog(about?: string): Promise<readonly string[]>;
  /** Ends its PHP: nginx answers 502. Its data stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const ours = (name: string): string => join(import.meta.dirname, 'mediawiki', name);

/** Installs and starts MediaWiki at a host of the stage, on SQLite, and waits until it answers. */
export const openMediaWiki = async (hosts: NamedHosts, options: MediaWikiOptions = {}): Promise<MediaWiki> => {
  const { extensions = [], settings = {} } = options;
  const host = hosts.host(options.host ?? wiki);
  const folder = await makeApplicationFolder(hosts.folder.path, host.name);
  for (const name of ['data', 'images', 'cache', 'temp']) await mkdir(join(folder, name), { mode: 0o700 });
  const localSettings = join(folder, 'LocalSettings.php');
  const env = { ...options.env, MW_CONFIG_FILE: localSettings, STAGE_MEDIAWIKI: mediawikiPrograms };
  const maintenance: MediaWiki['maintenance'] = (script, ...args) =>
    runPhp(hosts, [join(mediawikiPrograms, 'maintenance', `${script}.php`), ...args], { env });
  const php: MediaWiki['php'] = (script, ...args) =>
    runPhp(hosts, [ours('run.php')], { env: { ...env, STAGE_ARGUMENTS: JSON.stringify(args) }, input: script });

  let variables = settings;
  const loaded = extensions.map(({ name, folder }) => ({ name, file: join(folder, 'extension.json') }));
  const save = async (): Promise<void> => {
    const unfinished = join(folder, 'settings.new.json');
    await writeFile(unfinished, JSON.stringify({ extensions: loaded, settings: variables }));
    await rename(unfinished, join(folder, 'settings.json')); // a request reads the old ones or the new ones
  };

  await save();
  await install(hosts, folder, host.origin);
  await appendFile(localSettings, `\nrequire '${ours('settings.php')}';\n`);
  if (extensions.length > 0) await maintenance('update', '--quick');
  for (const name of ['Alice', 'Bob']) await maintenance('createAndPromote', name, userPassword);
  const version = await php('echo MW_VERSION;');

  const server = await phpFpm(hosts, { host: host.name, folder, env });
  await server.start();
  const debugLog: MediaWiki['debugLog'] = (about) => readDebugLog(join(folder, 'debug.log'), about);
  // The first one collects all texts of the interface, which takes seconds.
  const { status, text } = await hosts.request(`${host.origin}/wiki/Main_Page`);
  if (status !== 200) {
    throw new Error(`MediaWiki answers ${status}: ${text}\n${(await debugLog()).join('\n')}\n${server.output()}`);
  }

  return {
    host,
    origin: host.origin,
    folder,
    version,
    maintenance,
    php,
    configure: async (changes) => {
      variables = { ...variables, ...changes }; // JSON leaves out what is undefined
      await save();
    },
    debugLog,
    stop: server.stop,
    start: server.start,
  };
};

/** The installer must not see a LocalSettings.php, so it does not get this run's environment. */
const install = (hosts: NamedHosts, folder: string, origin: string): Promise<string> => {
  const choices = {
    dbtype: 'sqlite',
    dbpath: join(folder, 'data'),
    dbname: 'wiki',
    confpath: folder,
    server: origin,
    scriptpath: '',
    lang: 'en',
    skins: 'Vector',
    pass: administratorPassword,
  };
  const given = Object.entries(choices).flatMap(([name, value]) => [`--${name}`, value]);
  return runPhp(hosts, [join(mediawikiPrograms, 'maintenance/install.php'), ...given, 'Test Wiki', 'Admin']);
};
