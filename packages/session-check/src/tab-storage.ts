import { attempt } from './attempt.ts';

/** @returns undefined when nothing is there, when it is no JSON, or where the browser refuses storage */
export const read = (key: string): unknown => attempt(() => JSON.parse(sessionStorage[key] as string));

/** @returns something empty when it could not be written: the browser refuses storage, or there is no room */
export const write = (key: string, value: unknown): string | undefined =>
  attempt(() => (sessionStorage[key] = JSON.stringify(value)));

export const remove = (key: string): void => {
  attempt(() => delete sessionStorage[key]);
};
