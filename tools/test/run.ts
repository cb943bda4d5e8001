// What `npm test` calls: the checks, then the suites, each within its limit, and the counts last.
import { delimiter, join } from 'node:path';
import { type Check, checks } from '../check/checks.ts';
import { readArguments, type RunArguments, usage } from './arguments.ts';
import { environmentOf, installablePackages, installCommand, missingNeeds, preventMainCluster } from './needs.ts';
import { ProcessGroup } from './process-group.ts';
import { closingReport, type PhaseResult, totalsLine, totalsOf } from './report.ts';
import { runSuite } from './run-suite.ts';
import { shuffle } from './shuffle.ts';
import { filesOf, type Suite, suites } from './suites.ts';
import type { Finding } from './tally.ts';

const RUN_LIMIT_SECONDS = 75 * 60;
const INSTALL_LIMIT_SECONDS = 600;
/** The name that stands for all checks in `--only`. */
const CHECKS = 'check';

const root = join(import.meta.dirname, '..', '..');
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
};
const inCi = process.env['CI'] === 'true';
const begunAt = performance.now();
const results: PhaseResult[] = [];
/** The group that runs at this moment. */
let running: ProcessGroup | undefined;
let interrupted = false;

const secondsSince = (moment: number): number => (performance.now() - moment) / 1000;

/** A phase's limit, less where the whole run's is nearer. */
function withinRun(limitSeconds: number): number {
  return Math.max(1, Math.min(limitSeconds, Math.floor(RUN_LIMIT_SECONDS - secondsSince(begunAt))));
}

function announce(phase: string): void {
  process.stdout.write(`\n== ${phase}\n`);
}

function record(
  phase: { name: string; limitSeconds: number; begunAt: number },
  outcome: { summary?: string; passed?: number; failures?: readonly Finding[]; skips?: readonly Finding[] },
): PhaseResult {
  const { summary, passed = 0, failures = [], skips = [] } = outcome;
  const result: PhaseResult = {
    name: phase.name,
    limitSeconds: phase.limitSeconds,
    seconds: secondsSince(phase.begunAt),
    summary: summary ?? totalsLine({ passed, failed: failures.length, skipped: skips.length }),
    passed,
    failures,
    skips,
  };
  results.push(result);
  return result;
}

/** @returns whether the command ended in time and well */
async function runCommand(check: Check): Promise<boolean> {
  const [command, ...commandLine] = check.command;
  const phase = { name: check.name, limitSeconds: withinRun(check.limitSeconds), begunAt: performance.now() };
  announce(`${phase.name} (${check.command.join(' ')}, limit ${phase.limitSeconds} s)`);
  running = new ProcessGroup(command, commandLine, {
    cwd: root,
    env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { code, timedOut } = await running.endWithin(phase.limitSeconds * 1000);
  if (code === 0) {
    record(phase, { summary: 'passed' });
    return true;
  }
  const what = timedOut ? `ended at its limit of ${phase.limitSeconds} s` : `exit code ${code ?? '(by a signal)'}`;
  record(phase, { summary: `failed: ${what}`, failures: [{ where: check.command.join(' '), what }] });
  return false;
}

/** Brings what is missing where that is possible without asking: as root on Debian, as CI has it. */
async function provideNeeds(chosen: readonly Suite[]): Promise<void> {
  const packages = installablePackages(chosen.flatMap((suite) => suite.needs));
  if (packages.length === 0) return;
  preventMainCluster();
  await runCommand({
    name: `install ${packages.join(' ')}`,
    command: installCommand(packages),
    limitSeconds: INSTALL_LIMIT_SECONDS,
  });
}

async function runOneSuite(suite: Suite, files: readonly string[], seed: number): Promise<void> {
  const phase = { name: suite.name, limitSeconds: withinRun(suite.limitSeconds), begunAt: performance.now() };
  announce(`${suite.name} (${files.length} files, limit ${phase.limitSeconds} s)`);
  const missing = missingNeeds(suite.needs).join('; ');
  if (files.length === 0) {
    const failures = suite.optional ? [] : [{ where: suite.files.join(' '), what: 'no test file matches' }];
    record(phase, { summary: 'no test file', failures });
  } else if (missing !== '') {
    process.stdout.write(`${suite.name} is left out: ${missing}\n`);
    record(phase, { summary: `left out: ${missing}`, skips: files.map((where) => ({ where, what: missing })) });
  } else {
    const tally = await runSuite({
      root,
      files: shuffle(files, seed),
      concurrency: suite.concurrency,
      limitSeconds: phase.limitSeconds,
      env: { ...environment, ...environmentOf(suite.needs) },
      output: 'inherit',
      onStart: (group) => {
        running = group;
      },
    });
    record(phase, { passed: tally.passed, failures: tally.failures, skips: tally.skips });
  }
}

async function runPhases({ seed, only, file }: RunArguments): Promise<void> {
  const wants = (name: string): boolean => only.length === 0 || only.includes(name);
  if (file === undefined && wants(CHECKS)) {
    let passed = true;
    for (const check of checks) passed = !interrupted && (await runCommand(check)) && passed;
    if (!passed) return; // tests of code that does not hold together tell little
  }
  const chosen = suites
    .filter((suite) => wants(suite.name))
    .map((suite) => ({ suite, files: filesOf(suite, root, file) }))
    .filter(({ files }) => file === undefined || files.length > 0);
  if (chosen.length === 0 && file !== undefined) {
    record(
      { name: 'files', limitSeconds: RUN_LIMIT_SECONDS, begunAt },
      { failures: [{ where: file, what: 'matches no test file' }] },
    );
  }
  await provideNeeds(chosen.map(({ suite }) => suite));
  for (const { suite, files } of chosen) if (!interrupted) await runOneSuite(suite, files, seed);
}

/**
 * Prints the report and the counts; the counts are the last line.
 * @returns the exit code
 */
function conclude({ seed, only }: RunArguments): number {
  const totals = totalsOf(results);
  const run = { seconds: secondsSince(begunAt), limitSeconds: RUN_LIMIT_SECONDS, seed };
  process.stdout.write(`${closingReport(results, run)}\n`);
  const skippedInCi = inCi && totals.skipped > 0;
  if (skippedInCi) process.stdout.write('CI runs every test: a skipped one makes the run fail\n');
  if (runsTests(only)) process.stdout.write(`${totalsLine(totals)}\n`);
  return totals.failed > 0 || skippedInCi ? 1 : 0;
}

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.once(signal, () => {
    interrupted = true;
    process.stdout.write(`\nEnded by ${signal}\n`);
    void (running?.end(1000) ?? Promise.resolve()).finally(() => process.exit(128 + number));
  });
}

function runsTests(only: readonly string[]): boolean {
  return only.length === 0 || only.some((name) => name !== CHECKS);
}

function argumentsOrUsage(): RunArguments {
  try {
    return readArguments(process.argv.slice(2), [CHECKS, ...suites.map((suite) => suite.name)]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return process.exit(2);
  }
}

const chosen = argumentsOrUsage();
if (runsTests(chosen.only)) {
  process.stdout.write(`The order of files has seed ${chosen.seed}: npm test -- --seed ${chosen.seed} repeats it\n`);
}
await runPhases(chosen);
process.exitCode = conclude(chosen);
