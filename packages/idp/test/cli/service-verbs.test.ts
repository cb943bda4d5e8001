import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keysResult } from '../../src/cli/key-result.ts';
import { signingKey, type CliOptions } from './cli-world.ts';
import { useCommandLine } from './command-line.ts';

describe('latchkey keys, start and migrate', () => {
  const { run, json } = useCommandLine();

  it('keys list and rotate show what each key does, and no private part', async () => {
    const output = await run(['keys', 'list']);
    assert.equal(
      output.split('\n')[0],
      'KEY ID  ALGORITHM  STATE    MADE                  SIGNS FROM            RETIRED',
    );
    assert.equal(output.split('\n')[1], 'one     RS256      signing  2026-01-01 12:00 UTC  2026-01-01 12:00 UTC');
    const rotated = await run(['keys', 'rotate', '--json']);
    assert.doesNotMatch(rotated, /private|"d"/);
    const { keys } = JSON.parse(rotated) as { keys: readonly { kid: string; state: string }[] };
    assert.deepEqual(
      keys.map(({ kid, state }) => [kid, state]),
      [
        ['one', 'signing'],
        ['new', 'coming'],
      ],
    );
  });

  it('tells the states of keys apart', () => {
    const { keys } = keysResult([
      signingKey('a', 'RS256', 1, { retiredAt: new Date(), active: false }),
      signingKey('b', 'RS256', 2),
      signingKey('c', 'RS256', 3),
      signingKey('d', 'RS256', 4, { active: false }),
      signingKey('e', 'ES256', 1),
    ]);
    const states = (keys as readonly { kid: string; state: string }[]).map(({ kid, state }) => `${kid} ${state}`);
    assert.deepEqual(states, ['a retired', 'b replaced', 'c signing', 'd coming', 'e signing']);
  });

  it('migrate says what it applied', async () => {
    const migrate = () => Promise.resolve({ applied: ['1_accounts.ts', '2_more.ts'] });
    assert.equal(await run(['migrate'], { migrate }), 'Applied:\n  1_accounts.ts\n  2_more.ts\n');
    assert.deepEqual(await json(['migrate'], { migrate }), { applied: ['1_accounts.ts', '2_more.ts'] });
    assert.equal(
      await run(['migrate'], { migrate: () => Promise.resolve({ applied: [] }) }),
      'The database is up to date.\n',
    );
  });

  it('start runs the provider with the settings', async () => {
    const started: unknown[] = [];
    const start: CliOptions['start'] = async (...given) => void started.push(given);
    await run(['start'], { start });
    await run(['start', '--json'], { start });
    assert.deepEqual(started, [
      [{ dataDir: '/nonexistent' }, { json: false }],
      [{ dataDir: '/nonexistent' }, { json: true }],
    ]);
  });
});
