// Builds the script that applications serve: npx --no -- node packages/session-check/build.ts
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Where the built script stands; it is committed, so that whoever serves it needs no build. */
export const builtFile = new URL('session-check.min.js', import.meta.url);

/** Builds the script from its sources: one classic script that leaves no global behind. */
export const buildSessionCheck = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/session-check.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2020',
    tsconfigRaw: '{}', // the package's own says "strict", which costs a directive and changes nothing here
    legalComments: 'none',
    write: false,
  });
  return outputFiles.map((file) => file.text).join('');
};

if (import.meta.main) await writeFile(builtFile, await buildSessionCheck());
