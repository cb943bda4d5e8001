import type { Command } from 'commander';
import type { CommandResult } from './command-result.ts';
import { renderTable, rowsOf, shown } from './text-output.ts';
import { finishVerb, type JsonOption, type VerbContext } from './verb.ts';

const columns = [
  shown('KEY ID', 'kid'),
  shown('ALGORITHM', 'alg'),
  shown('STATE', 'state'),
  shown('MADE', 'created_at'),
  shown('SIGNS FROM', 'active_from'),
  shown('RETIRED', 'retired_at'),
];

export function addKeyVerbs(program: Command, context: VerbContext): void {
  const keys = program.command('keys').description('the keys that sign tokens');
  const render = (result: CommandResult): string => renderTable(rowsOf(result, 'keys'), columns);
  const list = keys
    .command('list')
    .description('list the signing keys')
    .action(async (options: JsonOption) => context.run('keys.list', {}, options, render));
  finishVerb(list, 'latchkey keys list');
  const rotate = keys
    .command('rotate')
    .description(
      'make new signing keys now; they sign as soon as every application can know them, the old ones still verify',
    )
    .action(async (options: JsonOption) => context.run('keys.rotate', {}, options, render));
  finishVerb(rotate, 'latchkey keys rotate');
}
