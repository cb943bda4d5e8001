import { setTimeout as delay } from 'node:timers/promises';
import type { CommandResult } from './command-result.ts';
import { CommandRunner, type CommandName } from './commands.ts';
import { isNotListening, sendCommand } from './control-client.ts';
import type { CliConfig, CliEnvironment } from './environment.ts';
import { CommandFailure } from './failure.ts';

const retryMs = 200;

/**
 * Runs a command here, or in the provider that holds the embedded database. Where neither is possible at this moment
 * (the provider is starting, or another command has the database open), it tries again for as long as it has patience.
 * @param here runs it in this process, if not in the usual way
 */
export async function runCommand<Config extends CliConfig>(
  environment: CliEnvironment<Config>,
  config: Config,
  name: CommandName,
  input: unknown,
  here: () => Promise<CommandResult> = () =>
    environment.withServices(config, (services) => new CommandRunner(services).run(name, input)),
): Promise<CommandResult> {
  const patienceMs = environment.patienceMs ?? 10_000;
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await here();
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
    try {
      return await sendCommand(config.dataDir, name, input, patienceMs);
    } catch (error) {
      // Only while nothing was sent may it be sent again.
      if (!isNotListening(error)) throw error;
      if (performance.now() > giveUpAt) throw inUseWithoutAnswer(config.dataDir);
    }
    await delay(retryMs);
  }
}

const isInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_DATABASE_IN_USE';

const inUseWithoutAnswer = (dataDir: string): CommandFailure =>
  new CommandFailure(
    'unreachable',
    'ERR_PROVIDER_NOT_LISTENING',
    `another process holds the database in ${dataDir}, and no provider answers there: try again when it has started or ended`,
  );
