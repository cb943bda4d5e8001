import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { addAccountVerbs } from './account-verbs.ts';
import { addClientVerbs } from './client-verbs.ts';
import { confirm } from './confirm.ts';
import { addConnectVerb } from './connect-verb.ts';
import type { CliConfig, CliEnvironment } from './environment.ts';
import { CommandFailure, exitCodes, failureJson, failureLines, toFailure } from './failure.ts';
import { addKeyVerbs } from './key-verbs.ts';
import { readPasswordLine } from './password-input.ts';
import { runCommand } from './run-command.ts';
import { finishVerb, type JsonOption, type VerbContext } from './verb.ts';

const exitCodeHelp = `
Exit codes: 0 done, 1 refused by a rule (taken, not found, invalid), 2 wrong usage, 3 wrong settings,
4 database or provider not reachable, 70 internal error.
Errors go to standard error: one line for each, or with --json {"error": …, "error_description": …}.`;

/**
 * Runs the command line and answers its exit code. Nothing is thrown and nothing printed but to the environment's
 * streams.
 */
export async function runCli<Config extends CliConfig>(environment: CliEnvironment<Config>): Promise<number> {
  try {
    await buildProgram(environment).parseAsync([...environment.argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Help and version: printed already.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    // A group without a verb: its help is printed already.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
    const failure = toFailure(error);
    const text = wantsJson(environment.argv) ? JSON.stringify(failureJson(failure)) : failureLines(failure).join('\n');
    await write(environment.stderr, `${text}\n`);
    return exitCodes[failure.kind];
  }
}

/** Also where the arguments are too wrong for a parser to tell. */
const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
};

function buildProgram<Config extends CliConfig>(environment: CliEnvironment<Config>): Command {
  const program = new Command('latchkey')
    .description('Latchkey, an OpenID Connect identity provider')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [verb]', 'show help')
    .showSuggestionAfterError()
    .addHelpText('afterAll', exitCodeHelp)
    .configureOutput({
      writeOut: (text) => void environment.stdout.write(text),
      writeErr: (text) => void environment.stderr.write(text),
      // Errors are printed in one place and one form, by runCli.
      outputError: () => {},
    });
  const context = verbContext(environment);
  addServiceVerbs(program, environment, context);
  addClientVerbs(program, context);
  addAccountVerbs(program, context);
  addConnectVerb(program, context);
  addKeyVerbs(program, context);
  throwUsageErrors(program, 'latchkey');
  return program;
}

function verbContext<Config extends CliConfig>(environment: CliEnvironment<Config>): VerbContext {
  const print: VerbContext['print'] = ({ json }, result, text) =>
    write(environment.stdout, json ? `${JSON.stringify(result, undefined, 2)}\n` : `${text}\n`);
  const command: VerbContext['command'] = (name, input) =>
    runCommand(environment, environment.readConfig(), name, input);
  return {
    print,
    command,
    run: async (name, input, options, render) => {
      const result = await command(name, input);
      await print(options, result, render(result));
    },
    readPassword: () => readPasswordLine(environment.stdin),
    applicationKinds: () => environment.applicationKinds(),
    confirm: (question) => confirm(question, environment.stdin, environment.stderr),
  };
}

function addServiceVerbs<Config extends CliConfig>(
  program: Command,
  environment: CliEnvironment<Config>,
  context: VerbContext,
): void {
  const start = program
    .command('start')
    .description('run the provider')
    .action(async ({ json = false }: JsonOption) => environment.start(environment.readConfig(), { json }));
  finishVerb(start, 'ISSUER=https://accounts.example.org latchkey start');
  const migrate = program
    .command('migrate')
    .description('bring the database up to date; start does so by itself')
    .action(async (options: JsonOption) => {
      const config = environment.readConfig();
      const result = await runCommand(environment, config, 'migrate', {}, async () => {
        const { applied } = await environment.migrate(config);
        return { applied: [...applied] };
      });
      const names = [result['applied'] ?? []].flat().map(String);
      const text = names.length === 0 ? 'The database is up to date.' : ['Applied:', ...names].join('\n  ');
      await context.print(options, result, text);
    });
  finishVerb(migrate, 'latchkey migrate');
}

/** Turns commander's own errors into usage failures that say where to look. */
function throwUsageErrors(command: Command, path: string): void {
  command.exitOverride((error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    const message = error.message.replace(/^error: /, '');
    throw new CommandFailure('usage', 'ERR_USAGE', `${message} (see ${path} --help)`);
  });
  for (const sub of command.commands) throwUsageErrors(sub, `${path} ${sub.name()}`);
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}

const write = (stream: Writable, text: string): Promise<void> =>
  new Promise((settle) => {
    // Who closed its end of a pipe does not want to read it; that is no failure of the command.
    stream.once('error', () => settle());
    stream.write(text, () => settle());
  });
