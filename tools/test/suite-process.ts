// The process of one suite: the leader of a process group, so that everything in it can be ended together.
// Runs the files in the order given (`node --test` would sort them), shows them in the usual way and tells its parent
// what ended over the IPC channel.
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import type { EndedTest, TestPlace } from './tally.ts';

/** The first and only message from the parent. */
export interface SuiteOrder {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly concurrency: number;
}

/** What the process answers, `end` last. */
export type SuiteMessage =
  | { readonly type: 'announced'; readonly test: TestPlace }
  | { readonly type: 'ended'; readonly test: EndedTest }
  | { readonly type: 'end'; readonly success: boolean };

type NodeTest = {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Not in @types/node yet. Absent for the test that stands for a whole file. */
  readonly entryFile?: string | undefined;
};

type NodeTestEnd = NodeTest & {
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: {
    readonly passed: boolean;
    readonly type?: string | undefined;
    readonly error?: (Error & { readonly failureType?: string; readonly cause?: unknown }) | undefined;
  };
};

const tell = (message: SuiteMessage): void => {
  process.send?.(message);
};

/** The parent is gone: nobody is left to end this group at its limit. */
const endGroup = (): void => {
  process.kill(-process.pid, 'SIGKILL');
};

function runSuite({ files, concurrency }: SuiteOrder): void {
  const events = run({ files: [...files], concurrency });
  events.on('test:enqueue', (test: NodeTest) => {
    if (!isFile(test)) tell({ type: 'announced', test: placeOf(test) });
  });
  events.on('test:complete', (test: NodeTestEnd) => tell({ type: 'ended', test: toEndedTest(test) }));
  events.on('test:summary', (summary: { file?: string | undefined; success: boolean }) => {
    if (summary.file !== undefined) return; // one file's; the whole run's comes last
    process.off('disconnect', endGroup);
    process.send?.({ type: 'end', success: summary.success } satisfies SuiteMessage, () => process.disconnect());
  });
  events.compose(spec).pipe(process.stdout);
}

/** node:test wraps each file in a test whose name is the file's path. */
function isFile(test: NodeTest): boolean {
  return test.name === test.file && test.entryFile === undefined;
}

function placeOf(test: NodeTest): TestPlace {
  const file = test.file ?? '(unknown file)';
  return { entry: test.entryFile ?? file, file, line: test.line, name: test.name };
}

function toEndedTest(test: NodeTestEnd): EndedTest {
  const { error, passed, type } = test.details;
  return {
    ...placeOf(test),
    kind: isFile(test) ? 'file' : type === 'suite' ? 'suite' : 'test',
    passed,
    skipped: reasonOf(test.skip) ?? (test.todo === undefined ? undefined : `todo ${reasonOf(test.todo) ?? ''}`.trim()),
    failureType: error?.failureType,
    message: firstLine(error?.cause instanceof Error ? error.cause.message : error?.message),
  };
}

/** node:test gives `true` or an empty string for "no reason". */
function reasonOf(mark: string | boolean | undefined): string | undefined {
  if (mark === undefined || mark === false) return undefined;
  return typeof mark === 'string' ? mark : '';
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n').find((line) => line.trim() !== '');
}

process.on('disconnect', endGroup);
process.once('message', (order: SuiteOrder) => runSuite(order));
