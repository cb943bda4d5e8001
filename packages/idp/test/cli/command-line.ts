import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { runLatchkey, testServices, type CliOptions } from './cli-world.ts';

type Services = ReturnType<typeof testServices>;

/** The command line on a database that is empty before each test. Call it inside a `describe`. */
export function useCommandLine() {
  let database: TestDatabase;
  let services: Services;
  before(async () => {
    database = await openTestDatabase('embedded');
  });
  beforeEach(async () => {
    await database.reset();
    services = testServices(database);
  });
  after(() => database.close());

  /** What it prints where all goes well. */
  const run = async (argv: readonly string[], options: CliOptions = {}): Promise<string> => {
    const outcome = await runLatchkey(argv, { withServices: (_config, work) => work(services), ...options });
    assert.deepEqual([outcome.stderr, outcome.code], ['', 0], argv.join(' '));
    return outcome.stdout;
  };
  const json = async (argv: readonly string[], options: CliOptions = {}): Promise<Record<string, unknown>> =>
    JSON.parse(await run([...argv, '--json'], options)) as Record<string, unknown>;
  return { database: () => database, services: () => services, run, json };
}

/** True for seconds since 1970 that are now, give or take a minute. */
export const recent = (seconds: unknown): boolean => Math.abs(Date.now() / 1000 - Number(seconds)) < 60;
