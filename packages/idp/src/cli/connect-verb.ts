import type {
  ApplicationKind,
  ConnectionSettings,
  PreparedSettingsFile,
  SettingsFile,
} from '@latchkey/application-kind';
import type { Command } from 'commander';
import type { CommandResult } from './command-result.ts';
import { checkText, registrationText } from './connect-text.ts';
import { CommandFailure, toFailure } from './failure.ts';
import { rowsOf, textOf } from './text-output.ts';
import { finishVerb, given, type JsonOption, type VerbContext } from './verb.ts';

interface ConnectOptions extends JsonOption {
  readonly path?: string;
  readonly id?: string;
  readonly name?: string;
  readonly rewrite: boolean;
  readonly allowPrivateAddress?: string[] | false;
  readonly rotateSecret?: boolean;
  readonly dryRun?: boolean;
}

export function addConnectVerb(program: Command, context: VerbContext): void {
  const connect = program
    .command('connect')
    .description('register an application with everything it needs, say what to set there, and check that it works')
    .argument('<kind>', 'wordpress')
    .argument('<url>', 'its home, such as https://blog.example.org or https://example.org/blog')
    .option('--path <folder>', 'its folder on this machine: the settings are written there, and no secret is shown')
    .option('--id <id>', 'client id (default: host and path of the address)')
    .option('--name <text>', 'the name that people see (default: host and path of the address)')
    .option('--no-rewrite', 'its web server does not pass unknown addresses on: go through index.php')
    .option('--allow-private-address <host:port...>', 'calls to it may go to this private or loopback address')
    .option('--no-allow-private-address', 'no longer any')
    .option('--rotate-secret', 'make a new secret without asking; the old one is void at once')
    .option('--dry-run', 'only say what would be done')
    .action((kind: string, url: string, options: ConnectOptions) =>
      new Connecting(
        context,
        { kind, url, ...given({ clientId: options.id }), rewriting: options.rewrite },
        options,
      ).run(),
    );
  finishVerb(connect, 'latchkey connect wordpress https://blog.example.org --name Blog');
}

interface Reference {
  readonly kind: string;
  readonly url: string;
  readonly clientId?: string;
  readonly rewriting: boolean;
}

/** One run of the verb. Whatever fails, a secret that was made has been written or shown by then. */
class Connecting {
  readonly #context: VerbContext;
  readonly #reference: Reference;
  readonly #options: ConnectOptions;

  constructor(context: VerbContext, reference: Reference, options: ConnectOptions) {
    this.#context = context;
    this.#reference = reference;
    this.#options = options;
  }

  async run(): Promise<void> {
    const kind = await this.#kind();
    const file = this.#options.path === undefined ? undefined : await kind.findSettingsFile(this.#options.path);
    const registered = await this.#registerOrAsk(file);
    if (this.#options.dryRun) return this.#say(kind, registered);

    const checked = await this.#check(kind, registered);
    const isMended = file === undefined && registered['secret'] === 'kept' && isToBeConfigured(checked);
    const again = isMended && (await this.#mayRotate(registered)) ? await this.#register(undefined, true) : registered;
    await this.#finish(kind, again, checked);
  }

  async #kind(): Promise<ApplicationKind> {
    const kinds = await this.#context.applicationKinds();
    const kind = kinds.find(({ name }) => name === this.#reference.kind);
    if (kind) return kind;
    const names = kinds.map(({ name }) => name).join(', ');
    throw new CommandFailure('usage', 'ERR_USAGE', `there is no such kind of application (known: ${names})`);
  }

  async #registerOrAsk(file: SettingsFile | undefined): Promise<CommandResult> {
    const { rotateSecret = false, dryRun = false } = this.#options;
    try {
      return await this.#register(file, rotateSecret);
    } catch (error) {
      const mayAsk = toFailure(error).code === 'ERR_SECRET_NEEDED' && !dryRun;
      if (!mayAsk || !(await this.#mayRotate({}))) throw error;
      return this.#register(file, true);
    }
  }

  async #mayRotate(registered: CommandResult): Promise<boolean> {
    if (this.#options.json) return false;
    const client = textOf(registered, 'client_id') || 'the client';
    return this.#context.confirm(
      `The secret of ${client} cannot be shown again. Make a new one? The old one is void at once.`,
    );
  }

  async #register(file: SettingsFile | undefined, rotateSecret: boolean): Promise<CommandResult> {
    const { dryRun = false, name, allowPrivateAddress } = this.#options;
    const input = {
      ...this.#reference,
      ...given({
        clientName: name,
        privateAddresses: allowPrivateAddress === false ? [] : allowPrivateAddress,
        presentSecret: file?.present?.clientSecret,
      }),
      needsSecret: file !== undefined,
      rotateSecret,
      dryRun,
    };
    const prepared = dryRun ? undefined : await file?.prepare();
    let result: CommandResult;
    try {
      result = await this.#context.command('connect.register', input);
    } catch (error) {
      await prepared?.discard();
      throw error;
    }
    return file === undefined ? withDryRun(result, dryRun) : withDryRun(await settle(file, prepared, result), dryRun);
  }

  async #check(kind: ApplicationKind, registered: CommandResult): Promise<CommandResult> {
    try {
      return await this.#context.command('connect.check', this.#reference);
    } catch (error) {
      await this.#say(kind, registered);
      throw error;
    }
  }

  async #finish(kind: ApplicationKind, registered: CommandResult, check: CommandResult): Promise<void> {
    const isExpected = toPaste(kind, registered) !== undefined && isToBeConfigured(check);
    await this.#say(kind, { ...registered, check }, checkText(check, isExpected));
    if (check['ready'] === true || isExpected) return;
    const problems = rowsOf(check, 'problems').map((problem) => ({
      code: textOf(problem, 'error'),
      message: textOf(problem, 'error_description'),
    }));
    throw new CommandFailure('refused', 'ERR_NOT_CONNECTED', problems.map(({ message }) => message).join('; '), {
      problems,
    });
  }

  #say(kind: ApplicationKind, result: CommandResult, more = ''): Promise<void> {
    const text = registrationText(kind.title, result, toPaste(kind, result));
    return this.#context.print(this.#options, result, more === '' ? text : `${text}\n\n${more}`);
  }
}

/** The module only has to be installed, or to be given its settings. */
const isToBeConfigured = (check: CommandResult): boolean =>
  check['ready'] === false && rowsOf(check, 'problems').every((problem) => problem['until_configured'] === true);

const withDryRun = (result: CommandResult, dryRun: boolean): CommandResult =>
  dryRun ? { dry_run: true, ...result } : result;

const toPaste = (
  kind: ApplicationKind,
  result: CommandResult,
): ReturnType<ApplicationKind['pasteableSettings']> | undefined => {
  const settings = settingsIn(result, undefined);
  return settings && kind.pasteableSettings(settings);
};

function settingsIn(result: CommandResult, present: ConnectionSettings | undefined): ConnectionSettings | undefined {
  const { client_secret: made } = result;
  const clientSecret = typeof made === 'string' ? made : present?.clientSecret;
  if (clientSecret === undefined) return undefined;
  return { issuer: textOf(result, 'issuer'), clientId: textOf(result, 'client_id'), clientSecret };
}

/** Writes the file where it has to change; its secret is then nobody else's business. */
async function settle(
  file: SettingsFile,
  prepared: PreparedSettingsFile | undefined,
  result: CommandResult,
): Promise<CommandResult> {
  const settings = settingsIn(result, file.present);
  const { issuer, clientId, clientSecret } = settings ?? {};
  const { present } = file;
  const isRight =
    result['secret'] === 'kept' &&
    present !== undefined &&
    present.issuer === issuer &&
    present.clientId === clientId &&
    present.clientSecret === clientSecret;
  if (isRight || settings === undefined) await prepared?.discard();
  else await prepared?.write(settings);
  const { client_secret: _, client_secret_expires_at: __, ...told } = result;
  return { ...told, settings_file: file.path, settings_file_written: !isRight };
}
