import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArguments } from './arguments.ts';

const phases = ['check', 'unit'];

describe('readArguments', () => {
  it('draws a seed when none is given', () => {
    const { seed, only, file } = readArguments([], phases);
    assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
    assert.deepEqual(only, []);
    assert.equal(file, undefined);
  });

  it('takes a seed, phases and a file glob', () => {
    assert.deepEqual(
      readArguments(['--seed', '4294967295', '--only', 'unit', '--only=check', '--file', '*.ts'], phases),
      {
        seed: 4294967295,
        only: ['unit', 'check'],
        file: '*.ts',
      },
    );
  });

  for (const commandLine of [
    ['--seed', '-1'],
    ['--seed', '1.5'],
    ['--seed', '4294967296'],
    ['--seed', ''],
    ['--seed'],
    ['--only', 'units'],
    ['--fast'],
    ['unit'],
  ]) {
    it(`refuses ${commandLine.map((word) => `"${word}"`).join(' ')}`, () => {
      assert.throws(() => readArguments(commandLine, phases), TypeError);
    });
  }
});
