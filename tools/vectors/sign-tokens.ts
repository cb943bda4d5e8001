// Writes test/vectors/logout-tokens.json and security-events.json from the cases here: node tools/vectors/sign-tokens.ts.
// Only what changed becomes different: tokens whose signature is another each time are kept as long as what they sign is.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildVectors, vectorNames } from './build-vectors.ts';

for (const name of vectorNames) {
  const file = join(import.meta.dirname, `../../test/vectors/${name}.json`);
  const earlier = await readFile(file, 'utf8').catch(() => '');
  await writeFile(file, buildVectors(name, earlier));
}
