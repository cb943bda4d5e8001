// Installs the dependencies when they are missing or are not those of package-lock.json; else is silent.
// It runs before npm start and npm test, so on whatever Node the machine has (18 or later) and without dependencies:
// once it is done, npm finds the repository's own Node in node_modules/.bin.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Tells whether every package of the lockfile is installed as the lockfile says.
 * Contents are compared, not times: a checkout changes times only, and an interrupted install leaves no list behind.
 * @param {string} root the folder of package-lock.json
 * @param {{ development: boolean }} needs without development, packages may be absent that only developers use
 * @returns {boolean}
 */
function isInstalled(root, needs) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) throw new Error(`${join(root, 'package-lock.json')} is missing or is not a lockfile`);
  if (present === undefined) return false;
  if (readText(markerFile(root))?.startsWith(markerText(root, needs))) return true;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!/(?:^|\/)node_modules\//.test(path)) return true; // the root and the workspaces themselves
    const found = present[path];
    // An optional package is one for another platform as a rule; npm decides about it.
    if (found === undefined) return entry.optional === true || (!needs.development && isForDevelopment(entry));
    if (found.version !== entry.version) return false;
    // Where it came from differs with the registry that npm is set to use; the contents do not.
    return entry.integrity === undefined ? found.resolved === entry.resolved : found.integrity === entry.integrity;
  });
}

/**
 * What an install notes when it succeeds. npm may leave out packages that the lockfile still has; the note keeps that
 * from meaning an install at every start. npm ci removes it with all of node_modules.
 * @param {string} root
 */
function markerFile(root) {
  return join(root, 'node_modules', '.latchkey-installed');
}

/**
 * Holds for this lockfile and for what npm has listed as installed; both change with the next install of anything.
 * @param {string} root
 * @param {{ development: boolean }} needs
 * @returns {string} for development one that starts with the one without
 */
function markerText(root, needs) {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', join('node_modules', '.package-lock.json')]) {
    hash.update(`${readText(join(root, file))}\0`);
  }
  return needs.development ? `${hash.digest('hex')} development` : hash.digest('hex');
}

/** @param {{ dev?: boolean, devOptional?: boolean }} entry */
function isForDevelopment(entry) {
  return entry.dev === true || entry.devOptional === true;
}

/**
 * @param {string} file
 * @returns {Record<string, Record<string, unknown>> | undefined} undefined when the file is absent or is half written
 */
function readPackages(file) {
  try {
    return JSON.parse(readText(file) ?? '').packages;
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * npm ci removes node_modules first, so it must run on the Node that npm itself runs on (npm_node_execpath), never on
 * the one in node_modules/.bin that npm put before it on the PATH.
 * @param {string} root
 * @param {{ development: boolean }} needs
 */
function install(root, needs) {
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const options = needs.development ? ['ci', '--include=dev'] : ['ci'];
  const runsNpm = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm) && node !== undefined;
  const [command, ...commandLine] = runsNpm ? [node, npm, ...options] : ['npm', ...options];
  process.stdout.write('Installing the dependencies (npm ci)\n');
  const result = spawnSync(command, commandLine, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) {
    process.stderr.write(`npm ci did not succeed${result.error === undefined ? '' : `: ${result.error.message}`}\n`);
    process.exit(result.status ?? 1);
  }
  writeFileSync(markerFile(root), markerText(root, needs));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const needs = { development: process.argv.includes('--development') };
  if (!isInstalled(root, needs)) install(root, needs);
}
