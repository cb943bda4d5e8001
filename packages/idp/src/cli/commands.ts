import { z } from 'zod';
import type { ChangedBy, ManageAccounts } from '../domain/account/manage-accounts.ts';
import type { ConnectApplications } from '../domain/application/connect-applications.ts';
import type { ManageClients } from '../domain/client/manage-clients.ts';
import type { SigningKey } from '../domain/key/signing-key.ts';
import type { EndedSessions } from '../domain/session/end-sessions.ts';
import { accountResult, signedOutResult } from './account-result.ts';
import { clientResult, clientWithSecretResult } from './client-result.ts';
import {
  accountReference,
  addAccountInput,
  addClientInput,
  applicationReference,
  clientReference,
  noInput,
  registerApplicationInput,
  updateAccountInput,
  updateClientInput,
} from './command-inputs.ts';
import type { CommandResult } from './command-result.ts';
import { checkedApplicationResult, registeredApplicationResult } from './connect-result.ts';
import { CommandFailure } from './failure.ts';
import { keysResult } from './key-result.ts';

/** What commands need, whether they run beside the provider or inside it. */
export interface CommandServices {
  readonly accounts: Pick<ManageAccounts, 'add' | 'list' | 'show' | 'update' | 'disable' | 'enable' | 'remove'>;
  readonly clients: Pick<
    ManageClients,
    'add' | 'list' | 'show' | 'update' | 'rotateSecret' | 'disable' | 'enable' | 'remove'
  >;
  readonly applications: Pick<ConnectApplications, 'register' | 'check'>;
  readonly keys: {
    /** Oldest first; retired ones that are still published included. */
    list(): Promise<readonly SigningKey[]>;
    /** Makes a new key of each algorithm; answers all keys as `list` does. */
    rotate(by: ChangedBy): Promise<readonly SigningKey[]>;
  };
  /** Ends all sessions of the account, in one transaction with the security event, and tells their clients. */
  signOutAccount(accountId: string, by: ChangedBy): Promise<EndedSessions>;
  /**
   * Tells the clients of sessions that a change to an account ended, after its commit, as well as it can; does not throw
   * because one did not answer.
   */
  announceEnded(ended: EndedSessions): Promise<void>;
  /** Brings the database up to date; answers the names of the migrations that were applied now. */
  migrate(): Promise<{ readonly applied: readonly string[] }>;
}

const by: ChangedBy = { actor: 'command-line' };

type Command = (services: CommandServices, input: unknown) => Promise<CommandResult>;

const command =
  <Schema extends z.ZodType>(
    schema: Schema,
    run: (services: CommandServices, input: z.output<Schema>) => Promise<CommandResult>,
  ): Command =>
  async (services, input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) {
      throw new CommandFailure(
        'usage',
        'ERR_COMMAND_INPUT',
        `the input of the command is not as it should be: ${z.prettifyError(parsed.error)}`,
      );
    }
    return run(services, parsed.data);
  };

/** Tells whom the end of the sessions concerns, then says how many there were. */
const announced = async (services: CommandServices, ended: EndedSessions): Promise<{ signed_out: CommandResult }> => {
  if (ended.clients.length > 0) await services.announceEnded(ended);
  return { signed_out: signedOutResult(ended) };
};

const commands = {
  'account.add': command(addAccountInput, async ({ accounts }, input) => accountResult(await accounts.add(input, by))),
  'account.list': command(noInput, async ({ accounts }) => ({ accounts: (await accounts.list()).map(accountResult) })),
  'account.show': command(accountReference, async ({ accounts }, { account }) =>
    accountResult(await accounts.show(account)),
  ),
  'account.update': command(updateAccountInput, async (services, { account: reference, ...change }) => {
    const { account, ended } = await services.accounts.update(reference, change, by);
    return { ...accountResult(account), ...(change.password !== undefined && (await announced(services, ended))) };
  }),
  'account.disable': command(accountReference, async (services, { account: reference }) => {
    const { account, ended } = await services.accounts.disable(reference, by);
    return { ...accountResult(account), ...(await announced(services, ended)) };
  }),
  'account.enable': command(accountReference, async ({ accounts }, { account }) =>
    accountResult(await accounts.enable(account, by)),
  ),
  'account.sign-out': command(accountReference, async (services, { account: reference }) => {
    const account = await services.accounts.show(reference);
    const ended = await services.signOutAccount(account.id, by);
    return { ...accountResult(account), signed_out: signedOutResult(ended) };
  }),
  'account.remove': command(accountReference, async (services, { account: reference }) => {
    const { account, ended } = await services.accounts.remove(reference, by);
    const { id: sub, username } = account;
    return { sub, preferred_username: username, removed: true, ...(await announced(services, ended)) };
  }),

  'client.add': command(addClientInput, async ({ clients }, input) =>
    clientWithSecretResult(await clients.add(input, by)),
  ),
  'client.list': command(noInput, async ({ clients }) => ({ clients: (await clients.list()).map(clientResult) })),
  'client.show': command(clientReference, async ({ clients }, { clientId }) =>
    clientResult(await clients.show(clientId)),
  ),
  'client.update': command(updateClientInput, async ({ clients }, { clientId, ...change }) =>
    clientWithSecretResult(await clients.update(clientId, change, by)),
  ),
  'client.rotate-secret': command(clientReference, async ({ clients }, { clientId }) =>
    clientWithSecretResult(await clients.rotateSecret(clientId, by)),
  ),
  'client.disable': command(clientReference, async ({ clients }, { clientId }) =>
    clientResult(await clients.disable(clientId, by)),
  ),
  'client.enable': command(clientReference, async ({ clients }, { clientId }) =>
    clientResult(await clients.enable(clientId, by)),
  ),
  'client.remove': command(clientReference, async ({ clients }, { clientId }) => {
    const client = await clients.remove(clientId, by);
    return { client_id: client.clientId, client_name: client.clientName, removed: true };
  }),

  'connect.register': command(registerApplicationInput, async ({ applications }, input) =>
    registeredApplicationResult(await applications.register(input, by)),
  ),
  'connect.check': command(applicationReference, async ({ applications }, input) =>
    checkedApplicationResult(await applications.check(input)),
  ),

  'keys.list': command(noInput, async ({ keys }) => keysResult(await keys.list())),
  'keys.rotate': command(noInput, async ({ keys }) => keysResult(await keys.rotate(by))),

  migrate: command(noInput, async (services) => ({ applied: [...(await services.migrate()).applied] })),
} satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

const isCommandName = (name: string): name is CommandName => Object.hasOwn(commands, name);

/** Runs commands by name, for the command line itself and for the control socket of a running provider. */
export class CommandRunner {
  readonly #services: CommandServices;

  constructor(services: CommandServices) {
    this.#services = services;
  }

  /** @throws {CommandFailure} for an unknown name or an input of the wrong shape; else what the use case throws */
  async run(name: string, input: unknown): Promise<CommandResult> {
    if (!isCommandName(name)) {
      throw new CommandFailure(
        'usage',
        'ERR_UNKNOWN_COMMAND',
        `there is no command ${JSON.stringify(name.slice(0, 100))}`,
      );
    }
    return commands[name](this.#services, input);
  }
}
