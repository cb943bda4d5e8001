import { readFileSync } from 'node:fs';

/** The cases of a file in test/vectors, which other languages run too. */
export const readVectors = <Vectors>(name: string): Vectors =>
  JSON.parse(readFileSync(new URL(`../../../../test/vectors/${name}.json`, import.meta.url), 'utf8')) as Vectors;
