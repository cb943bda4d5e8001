import { once } from 'node:events';
import { join } from 'node:path';
import { ProcessGroup } from './process-group.ts';
import type { SuiteMessage, SuiteOrder } from './suite-process.ts';
import { Tally } from './tally.ts';

export interface SuiteRun {
  /** The repository; files are relative to it, and are run from it. */
  readonly root: string;
  readonly files: readonly string[];
  readonly concurrency: number;
  readonly limitSeconds: number;
  readonly env: NodeJS.ProcessEnv;
  /** Where the output of the tests goes. */
  readonly output: 'inherit' | 'ignore';
  /** Told of the group at once, so that an interrupted run can end it. */
  readonly onStart?: (group: ProcessGroup) => void;
}

/** Runs test files in a process group of its own and leaves none of its processes behind. */
export async function runSuite(suite: SuiteRun): Promise<Tally> {
  const absolute = suite.files.map((file) => join(suite.root, file));
  const tally = new Tally(absolute);
  // Set in a test's process, it would make run() believe that it is being called inside a test file.
  const { NODE_TEST_CONTEXT: _, ...env } = suite.env;
  const group = new ProcessGroup(
    process.execPath,
    ['-C', 'source', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'suite-process.ts')],
    { cwd: suite.root, env, stdio: ['ignore', suite.output, suite.output, 'ipc'] },
  );
  suite.onStart?.(group);

  let end: { success: boolean } | undefined;
  group.process.on('message', (message: SuiteMessage) => {
    if (message.type === 'announced') tally.announce(message.test);
    else if (message.type === 'ended') tally.end(message.test);
    else end = message;
  });
  const disconnected = once(group.process, 'disconnect'); // comes after the last message
  group.process.send({ files: absolute, concurrency: suite.concurrency } satisfies SuiteOrder);

  const { code, timedOut } = await group.endWithin(suite.limitSeconds * 1000);
  await disconnected;
  if (timedOut) tally.close(`the suite was ended at its limit of ${suite.limitSeconds} s`);
  else if (end === undefined) tally.close(`the suite's process ended early, with ${code ?? 'a signal'}`);
  for (const left of timedOut ? [] : await group.endLeftProcesses()) {
    tally.fail('left running', `process ${left.pid}: ${left.command}`);
  }
  if (end?.success === false && tally.failed === 0) tally.fail('node:test', 'reports a failure that no test told');
  if (tally.passed + tally.failed + tally.skipped === 0) tally.fail('the suite', 'ran no test');
  return shorten(tally, suite.root);
}

/** Places are told relative to the repository. */
function shorten(tally: Tally, root: string): Tally {
  for (const list of [tally.failures, tally.skips]) {
    list.forEach(({ where, what }, index) => {
      if (where.startsWith(`${root}/`)) list[index] = { where: where.slice(root.length + 1), what };
    });
  }
  return tally;
}
