/** One part of `npm run check`: a command of node_modules/.bin that answers with its exit code. */
export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly limitSeconds: number;
}

export const checks: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit'], limitSeconds: 180 },
  // A package for browsers, with their types and without Node's.
  { name: 'types of session-check', command: ['tsc', '--noEmit', '-p', 'packages/session-check'], limitSeconds: 60 },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'], limitSeconds: 180 },
  { name: 'format', command: ['oxfmt', '--check'], limitSeconds: 60 },
  { name: 'dead code', command: ['knip'], limitSeconds: 120 },
];
