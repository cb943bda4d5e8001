import { readFileSync } from 'node:fs';

/** Reads a file of test/vectors, by its name. */
export const readVectors = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../test/vectors/${name}`, import.meta.url), 'utf8'));

/** As JSON has it: what is undefined is not there. */
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
