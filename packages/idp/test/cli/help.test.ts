import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applicationKinds } from '../../src/compose.ts';
import { runLatchkey } from './cli-world.ts';
import { useCommandLine } from './command-line.ts';

const uri = 'https://wiki.example.org/callback';
const password = 'correct horse battery staple';

describe('the help of latchkey', () => {
  const { database, run } = useCommandLine();

  const verbs: readonly string[] = [
    'start',
    'migrate',
    'connect',
    'keys list',
    'keys rotate',
    ...['add', 'list', 'show', 'update', 'rotate-secret', 'disable', 'enable', 'remove'].map(
      (verb) => `client ${verb}`,
    ),
    ...['add', 'list', 'show', 'update', 'disable', 'enable', 'sign-out', 'remove'].map((verb) => `account ${verb}`),
  ];
  for (const verb of verbs) {
    it(`of ${verb} has --json, an example and the exit codes`, async () => {
      const { code, stdout, stderr } = await runLatchkey([...verb.split(' '), '--help']);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(`Usage: latchkey ${verb} `));
      assert.match(stdout, /--json/);
      assert.match(stdout, new RegExp(`\\nExample:\\n  .*latchkey ${verb}`));
      assert.match(stdout, /Exit codes: 0 done, 1 refused/);
    });
  }

  it('of the program lists every group, and the version is the package’s', async () => {
    const { stdout } = await runLatchkey(['--help']);
    for (const group of ['start', 'migrate', 'client', 'account', 'connect', 'keys'])
      assert.match(stdout, new RegExp(`\n  ${group}\\b`));
    assert.deepEqual(await runLatchkey(['help', 'client']), await runLatchkey(['client', '--help']));
    assert.match((await runLatchkey(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('of connect names every kind that can be connected', async () => {
    const { stdout } = await runLatchkey(['connect', '--help']);
    assert.match(stdout, new RegExp(`\\n  kind +${applicationKinds.map(({ name }) => name).join(', ')}\\n`));
  });

  it('has examples that run', async () => {
    for (const verb of verbs.filter((name) => name.startsWith('client ') || name.startsWith('account '))) {
      await database().reset();
      await run(['client', 'add', '--id', 'wiki', '--name', 'Wiki', '--redirect-uri', uri]);
      await run(['account', 'add', '--username', 'alice', '--email', 'alice@example.org']);
      if (verb.endsWith(' add')) await database().reset();
      const { stdout } = await runLatchkey([...verb.split(' '), '--help']);
      const [, example = ''] = /\nExample:\n {2}latchkey (.*)\n/.exec(stdout) ?? [];
      const argv = [...example.replace(/ < .*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      );
      await run(argv, { stdin: password });
    }
  });
});
