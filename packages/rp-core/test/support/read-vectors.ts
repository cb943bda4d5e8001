import { readFileSync } from 'node:fs';

/** A file of test/vectors, whose cases other languages run too. */
export const readVectors = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../test/vectors/${name}.json`, import.meta.url), 'utf8'));

/** As JSON has it: what is undefined is not there. */
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
