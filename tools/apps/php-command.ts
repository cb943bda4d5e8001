import { startCommand } from '../../packages/idp/test/support/child-process.ts';
import type { NamedHosts } from '../stage/named-hosts.ts';

export interface PhpCommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from its standard input. */
  readonly input?: string;
}

/**
 * Runs PHP's command line on the stage.
 * @returns what it printed
 * @throws with all that it said when it fails
 */
export const runPhp = async (
  hosts: NamedHosts,
  argv: readonly string[],
  { env = {}, input = '' }: PhpCommandOptions = {},
): Promise<string> => {
  const quiet = ['-d', 'display_errors=stderr', '-d', 'log_errors=0', '-d', 'sendmail_path=/bin/false'];
  const command = hosts.entered('php', ...quiet, ...argv);
  const run = startCommand(command, { env: hosts.environment(env), cwd: hosts.folder.path, input });
  const { code, signal, lines, stderr } = await run.ended;
  const printed = lines.join('\n');
  if (code !== 0) throw new Error(`php ${argv.join(' ')} ended with ${code ?? signal}: ${stderr}\n${printed}`);
  return printed;
};
