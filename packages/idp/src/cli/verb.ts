import type { ApplicationKind } from '@latchkey/application-kind';
import type { Command } from 'commander';
import type { CommandResult } from './command-result.ts';
import type { CommandName } from './commands.ts';

/** What the verbs of the command line are given to work with. */
export interface VerbContext {
  /** Runs the command and prints its result: as JSON, or as `render` says it to people. */
  run(name: CommandName, input: object, options: JsonOption, render: (result: CommandResult) => string): Promise<void>;
  /** Runs the command and prints nothing. */
  command(name: CommandName, input: object): Promise<CommandResult>;
  print(options: JsonOption, result: CommandResult, text: string): Promise<void>;
  readPassword(): Promise<string>;
  applicationKinds(): Promise<readonly ApplicationKind[]>;
  /** Asks the person at the terminal; no where there is none. */
  confirm(question: string): Promise<boolean>;
}

export interface JsonOption {
  readonly json?: boolean;
}

/** What every verb has: `--json`, and an example in its help. */
export const finishVerb = (verb: Command, example: string): Command =>
  verb.option('--json', 'print JSON').addHelpText('after', `\nExample:\n  ${example}`);

/** Leaves out the options that were not given. */
export const given = <Input extends object>(
  input: Input,
): { [Name in keyof Input]?: Exclude<Input[Name], undefined> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as never;

/** `--no-name` clears; a value sets; neither leaves as it is. */
export const clearable = <T>(option: T | false | undefined): T | null | undefined => (option === false ? null : option);
