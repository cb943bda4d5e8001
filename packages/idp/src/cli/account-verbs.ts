import type { Command } from 'commander';
import type { z } from 'zod';
import type { addAccountInput, updateAccountInput } from './command-inputs.ts';
import type { CommandResult } from './command-result.ts';
import { CommandFailure } from './failure.ts';
import { renderFields, renderSignedOut, renderTable, rowsOf, shown, textOf } from './text-output.ts';
import { clearable, finishVerb, given, type JsonOption, type VerbContext } from './verb.ts';

const fields = [
  shown('User name', 'preferred_username'),
  shown('Subject', 'sub'),
  shown('Name', 'name'),
  shown('E-mail', 'email'),
  shown('E-mail verified', 'email_verified'),
  shown('Groups', 'groups'),
  shown('Locale', 'locale'),
  shown('Picture', 'picture'),
  shown('Profile version', 'profile_version'),
  shown('Added', 'created_at'),
  shown('Profile changed', 'updated_at'),
  shown('Disabled', 'disabled_at'),
];

const columns = [
  shown('USER NAME', 'preferred_username'),
  shown('NAME', 'name'),
  shown('E-MAIL', 'email'),
  shown('VERIFIED', 'email_verified'),
  shown('GROUPS', 'groups'),
  shown('DISABLED', 'disabled'),
];

interface AddOptions extends JsonOption {
  readonly username: string;
  readonly email: string;
  readonly emailVerified?: boolean;
  readonly name?: string;
  readonly group?: string[];
  readonly locale?: string;
  readonly picture?: string;
  readonly passwordStdin?: boolean;
}

interface UpdateOptions extends JsonOption {
  readonly email?: string | false;
  readonly emailVerified?: boolean;
  readonly name?: string | false;
  /** `false`: `--no-groups`. */
  readonly groups?: false;
  readonly group?: string[];
  readonly locale?: string | false;
  readonly picture?: string | false;
  readonly passwordStdin?: boolean;
}

const who = 'user name or subject';
const passwordHelp = 'read the password, one line, from standard input';

export function addAccountVerbs(program: Command, context: VerbContext): void {
  const account = program.command('account').description('the people who can sign in');
  addVerb(account, context);
  readVerbs(account, context);
  updateVerb(account, context);
  stateVerbs(account, context);
}

function addVerb(account: Command, context: VerbContext): void {
  const add = account
    .command('add')
    .description('add an account; its user name can never be changed or given to somebody else')
    .requiredOption('--username <name>', '4 to 20 lower-case letters and digits, single hyphens inside')
    .requiredOption('--email <address>', 'e-mail address')
    .option('--email-verified', 'you know that the address is theirs')
    .option('--name <text>', 'the name that people see')
    .option('--group <names...>', 'groups they are in; may be repeated')
    .option('--locale <tag>', 'language tag, such as en or de-AT')
    .option('--picture <url>', 'https address of a picture')
    .option('--password-stdin', passwordHelp)
    .action(async (options: AddOptions) => {
      const input: z.input<typeof addAccountInput> = given({
        username: options.username,
        email: options.email,
        emailVerified: options.emailVerified,
        name: options.name,
        groups: options.group,
        locale: options.locale,
        picture: options.picture,
        password: options.passwordStdin ? await context.readPassword() : undefined,
      }) as z.input<typeof addAccountInput>;
      await context.run('account.add', input, options, (result) => {
        const added = `Account ${textOf(result, 'preferred_username')} was added.\n\n${renderFields(result, fields)}`;
        const hint = `\n\nIt has no password yet: latchkey account update ${options.username} --password-stdin < password.txt`;
        return options.passwordStdin ? added : added + hint;
      });
    });
  finishVerb(
    add,
    'latchkey account add --username alice --email alice@example.org --name "Alice Example" --password-stdin < password.txt',
  );
}

function readVerbs(account: Command, context: VerbContext): void {
  const list = account
    .command('list')
    .description('list all accounts')
    .action(async (options: JsonOption) =>
      context.run('account.list', {}, options, (result) => {
        const rows = rowsOf(result, 'accounts');
        return rows.length === 0 ? 'There are no accounts.' : renderTable(rows, columns);
      }),
    );
  finishVerb(list, 'latchkey account list');
  const show = account
    .command('show')
    .description('show one account')
    .argument('<account>', who)
    .action(async (reference: string, options: JsonOption) =>
      context.run('account.show', { account: reference }, options, (result) => renderFields(result, fields)),
    );
  finishVerb(show, 'latchkey account show alice');
}

function updateVerb(account: Command, context: VerbContext): void {
  const update = account
    .command('update')
    .description('change what an account says; a new password ends all its sessions')
    .argument('<account>', who)
    .option('--email <address>', 'e-mail address; not verified unless said so')
    .option('--no-email', 'without e-mail address')
    .option('--email-verified', 'you know that the address is theirs')
    .option('--no-email-verified', 'the address is not known to be theirs')
    .option('--name <text>', 'the name that people see')
    .option('--no-name', 'without name')
    .option('--group <names...>', 'all groups they are in, in place of those before')
    .option('--no-groups', 'in no group')
    .option('--locale <tag>', 'language tag, such as en or de-AT')
    .option('--no-locale', 'without language tag')
    .option('--picture <url>', 'https address of a picture')
    .option('--no-picture', 'without picture')
    .option('--password-stdin', passwordHelp)
    .action(async (reference: string, options: UpdateOptions) => {
      const noGroups = options.groups === false;
      if (noGroups && options.group) {
        throw new CommandFailure('usage', 'ERR_USAGE', "option '--group' cannot be used with option '--no-groups'");
      }
      const change: Omit<z.input<typeof updateAccountInput>, 'account'> = given({
        email: clearable(options.email),
        emailVerified: options.emailVerified,
        name: clearable(options.name),
        groups: noGroups ? [] : options.group,
        locale: clearable(options.locale),
        picture: clearable(options.picture),
        password: options.passwordStdin ? await context.readPassword() : undefined,
      });
      if (Object.keys(change).length === 0) throw new CommandFailure('usage', 'ERR_USAGE', 'say what to change');
      await context.run('account.update', { account: reference, ...change }, options, (result) =>
        withSignedOut(`Account ${textOf(result, 'preferred_username')}:\n\n${renderFields(result, fields)}`, result),
      );
    });
  finishVerb(update, 'latchkey account update alice --email alice@example.net --email-verified --group staff editors');
}

function stateVerbs(account: Command, context: VerbContext): void {
  const verbs = [
    ['disable', 'nobody can sign in as this account until it is enabled; all its sessions end', 'is disabled'],
    ['enable', 'let a disabled account sign in again', 'is enabled'],
    ['sign-out', 'end all sessions of an account', 'is signed out everywhere'],
    ['remove', 'erase an account for good; its user name is never given out again', 'was removed'],
  ] as const;
  for (const [name, description, done] of verbs) {
    const verb = account
      .command(name)
      .description(description)
      .argument('<account>', who)
      .action(async (reference: string, options: JsonOption) =>
        context.run(`account.${name}`, { account: reference }, options, (result) =>
          withSignedOut(`Account ${textOf(result, 'preferred_username')} ${done}.`, result),
        ),
      );
    finishVerb(verb, `latchkey account ${name} alice`);
  }
}

const withSignedOut = (text: string, result: CommandResult): string => {
  const signedOut = renderSignedOut(result);
  return signedOut === '' ? text : `${text}\n${signedOut}`;
};
