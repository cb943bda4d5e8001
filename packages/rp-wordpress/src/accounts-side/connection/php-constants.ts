import type { ConnectionSettings } from '@latchkey/application-kind';

/** A string literal of PHP in single quotes, in which nothing else has a meaning. */
const phpString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const entries = ({ issuer, clientId, clientSecret }: ConnectionSettings) =>
  [
    ['LATCHKEY_ISSUER', issuer],
    ['LATCHKEY_CLIENT_ID', clientId],
    ['LATCHKEY_CLIENT_SECRET', clientSecret],
  ] as const;

/** The constants that the plugin reads, as they stand in wp-config.php. */
export const constantLines = (settings: ConnectionSettings): readonly string[] =>
  entries(settings).map(([name, value]) => `define( '${name}', ${phpString(value)} );`);

/** What tells the file from anybody else's of that name. */
const mark = 'Written by "latchkey connect", which replaces the whole file: put nothing else here.';

/**
 * A whole PHP file that defines the constants for WordPress alone: asked for by itself it says nothing, and a constant that
 * wp-config.php defines already stays as it is.
 */
export const phpFile = (settings: ConnectionSettings): string =>
  [
    '<?php',
    `// ${mark}`,
    "if ( ! defined( 'ABSPATH' ) ) {",
    '\thttp_response_code( 404 );',
    '\texit;',
    '}',
    ...entries(settings).map(([name, value]) => `defined( '${name}' ) || define( '${name}', ${phpString(value)} );`),
    '',
  ].join('\n');

/** The settings in a file that `phpFile` made; undefined for any other file. */
export function readPhpFile(text: string): ConnectionSettings | undefined {
  const [issuer, clientId, clientSecret] = Array.from(
    text.matchAll(/^defined\( '(?:\w+)' \) \|\| define\( '(?:\w+)', '((?:[^'\\]|\\['\\])*)' \);$/gm),
    ([, literal = '']) => literal.replaceAll(/\\(['\\])/g, '$1'),
  );
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  const settings = { issuer, clientId, clientSecret };
  return phpFile(settings) === text ? settings : undefined;
}
