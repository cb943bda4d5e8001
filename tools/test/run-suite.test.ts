import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runSuite } from './run-suite.ts';
import type { Tally } from './tally.ts';

const imports = `import { after, before, describe, it } from 'node:test'; import { spawn } from 'node:child_process';
  import { writeFileSync } from 'node:fs'; import assert from 'node:assert/strict';`;

describe('runSuite', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'latchkey-run-suite-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (files: Record<string, string>, limitSeconds = 20): Promise<Tally> => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), `${imports}\n${text}`);
    return runSuite({
      root,
      files: Object.keys(files).filter((name) => name.endsWith('.test.ts')),
      concurrency: 1,
      limitSeconds,
      env: process.env,
      output: 'ignore',
    });
  };
  const told = (tally: Tally): string[] => tally.failures.map(({ where, what }) => `${where}: ${what}`);

  it('counts tests that passed, failed and were skipped, with place and reason', async () => {
    const tally = await run({
      'mixed.test.ts': `describe('a', () => {
          it('passes', async (t) => { await t.test('as does its part', () => {}); });
          it('fails', () => assert.fail('one is not two'));
          it('is skipped', { skip: 'no database here' }, () => {});
          it('is for later', { todo: 'after the release' }, () => {});
        });
        describe.skip('b', () => { it('never runs', () => {}); });`,
    });
    assert.equal(tally.passed, 2);
    assert.deepEqual(told(tally), ['mixed.test.ts:5 fails: one is not two']);
    assert.deepEqual(
      tally.skips.map(({ where, what }) => `${where}: ${what}`),
      [
        'mixed.test.ts:6 is skipped: no database here',
        'mixed.test.ts:7 is for later: todo after the release',
        'mixed.test.ts:9 b: no reason given',
      ],
    );
  });

  it('counts tests that several files share for the file that ran them', async () => {
    const tally = await run({
      'shared.ts': `export const shared = () => it('holds ../everywhere', () => assert.fail('it does not'));`,
      'one.test.ts': `import { shared } from './shared.ts'; shared();`,
      'two.test.ts': `import { shared } from './shared.ts'; shared();`,
    });
    assert.deepEqual(told(tally).toSorted(), [
      'shared.ts:3 holds ../everywhere (in one.test.ts): it does not',
      'shared.ts:3 holds ../everywhere (in two.test.ts): it does not',
    ]);
  });

  it('runs files in the order given, with the condition that finds sources', async () => {
    const note = (name: string): string => `it('notes', () => {
      writeFileSync('order', '${name} ' + process.execArgv.join(' ') + '\\n', { flag: 'a' });
    });`;
    const tally = await run({ 'z.test.ts': note('z'), 'a.test.ts': note('a'), 'm.test.ts': note('m') });
    assert.equal(tally.passed, 3);
    const lines = readFileSync(join(root, 'order'), 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map((line) => line[0]),
      ['z', 'a', 'm'],
    );
    for (const line of lines) assert.match(line, /-C source/);
  });

  it('fails where node:test would see nothing wrong', async () => {
    const tally = await run({
      'no-tests.test.ts': '',
      'no-tests-in-it.test.ts': `describe('nothing', () => {});`,
      'leaves.test.ts': `it('passes', () => {}); it('is cut off', () => new Promise(() => setTimeout(() => process.exit(0), 200)));`,
      'teardown.test.ts': `describe('c', () => { it('passes', () => {}); after(() => { throw new Error('teardown'); }); });`,
      'late.test.ts': `it('passes', () => {}); setTimeout(() => { throw new Error('late'); }, 20);`,
      'crash.test.ts': `throw new Error('at import');`,
    });
    assert.deepEqual(told(tally).toSorted(), [
      'crash.test.ts: failed outside its tests',
      'late.test.ts: failed outside its tests',
      'leaves.test.ts:3 is cut off: never ended, yet its file did with exit code 0',
      'no-tests-in-it.test.ts: holds no test',
      'no-tests.test.ts: holds no test',
      'teardown.test.ts:3 c: teardown',
    ]);
    assert.equal(tally.passed, 3);
  });

  it('ends the whole group at its limit and names the files that did not end', async () => {
    const begunAt = performance.now();
    const tally = await run(
      {
        'first.test.ts': `it('passes', () => {});`,
        'hangs.test.ts': `it('waits for ever', async () => {
          const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
          writeFileSync('pid', String(child.pid));
          await new Promise((resolve) => child.on('exit', resolve));
        });`,
        'never.test.ts': `it('is not reached', () => {});`,
      },
      3,
    );
    assert.ok(performance.now() - begunAt < 15_000);
    assert.equal(tally.passed, 1);
    assert.deepEqual(told(tally), [
      'hangs.test.ts: did not end: the suite was ended at its limit of 3 s',
      'never.test.ts: did not end: the suite was ended at its limit of 3 s',
    ]);
    assert.equal(isRunning(Number(readFileSync(join(root, 'pid'), 'utf8'))), false);
  });

  it('ends and names a process that a test left behind, also one that left the group', { skip: noProc() }, async () => {
    const tally = await run({
      'leaves-a-server.test.ts': `it('starts it', () => {
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
        child.unref();
        writeFileSync('pid', String(child.pid));
      });`,
    });
    const pid = Number(readFileSync(join(root, 'pid'), 'utf8'));
    assert.equal(tally.passed, 1);
    assert.equal(tally.failed, 1);
    assert.match(told(tally).join(), new RegExp(`^left running: process ${pid}: .*setInterval`));
    assert.equal(isRunning(pid), false);
  });
});

/** A process that ended and that nobody has asked about yet is not running. */
function isRunning(pid: number): boolean {
  if (existsSync('/proc/self'))
    return existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function noProc(): string | false {
  return existsSync('/proc/self/environ') ? false : 'this system has no /proc to find such a process in';
}
