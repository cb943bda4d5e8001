import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openEmbeddedDatabase } from '../../src/storage/embedded-database.ts';
import type { Child } from '../support/child-process.ts';
import { putEmbeddedDatabase } from '../support/test-database.ts';
import { describeRefusals } from './describe-refusals.ts';
import { diskFullSections, type Disk } from './disk-full-rows.ts';
import { settingSecrets, start, startRefusals } from './start-rows.ts';

describe('refusals of a process', () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'latchkey-refusals-'));
    await putEmbeddedDatabase(dataDir);
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  describe('`latchkey start`, while another one runs:', () => {
    let running: Child;
    before(async () => {
      running = start({ DATA_DIR: dataDir });
      await running.line((line) => line.startsWith('Latchkey is ready at'));
    });
    after(async () => {
      running.process.kill('SIGTERM');
      assert.equal((await running.ended).code, 0);
    });

    for (const { done, exitCode, reads, run } of startRefusals) {
      it(`${done}: exit code ${exitCode}`, async () => {
        const { code, stderr, lines } = await run(dataDir);
        assert.equal(code, exitCode, stderr);
        const said = stderr.trimEnd().split('\n');
        assert.equal(said.length, reads.length, stderr);
        for (const [index, expected] of reads.entries()) {
          const text = said[index] ?? '';
          assert.ok(text.startsWith('latchkey: '), text);
          const told = text.slice('latchkey: '.length);
          if (typeof expected === 'string') assert.equal(told, expected);
          else assert.match(told, expected);
        }
        const output = lines.join('\n') + stderr;
        for (const secret of settingSecrets) assert.ok(!output.includes(secret), 'a secret is printed');
        assert.doesNotMatch(output, /\n\s+at \S/, 'a stack trace');
      });
    }

    it('all of it for a program, as JSON', async () => {
      const { code, stderr, lines } = await start({ PORT: 'x', LOG_LEVEL: 'y' }, '--json').ended;
      assert.equal(code, 3);
      const told = JSON.parse(stderr || lines.join('\n')) as {
        error: string;
        problems: { error_description: string }[];
      };
      assert.equal(told.error, 'ERR_CONFIG');
      assert.deepEqual(
        told.problems.map((problem) => problem.error_description.split(' ')[0]),
        ['PORT', 'LOG_LEVEL'],
      );
    });
  });

  describe('a process with a disk that is nearly full', () => {
    const disk: Disk = { freeBytes: Number.MAX_SAFE_INTEGER };
    const env: NodeJS.ProcessEnv = {};
    const open = async () => {
      env['DATA_DIR'] = dataDir;
      const database = await openEmbeddedDatabase({ dataDir, readFreeBytes: () => disk.freeBytes });
      return { ...database, url: undefined, reset: () => Promise.reject(new Error('not here')) };
    };
    describeRefusals(open, diskFullSections(disk), { env });
  });
});
