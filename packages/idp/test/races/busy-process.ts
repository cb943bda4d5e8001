// A provider that also adds accounts and clients without pause, and tells each once it is acknowledged. It runs until it
// is killed.
import { CommandRunner } from '../../src/cli/commands.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logging.ts';
import { serve } from '../../src/serve.ts';
import { password, redirectUri } from '../support/running-provider.ts';

const serving = await serve(readConfig(process.env), createLogger({ level: 'silent' }));
const tell = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
tell({ port: serving.config.listen.port });

const runner = new CommandRunner(serving.latchkey.commands);
for (let count = 1; ; count += 1) {
  const { sub } = await runner.run('account.add', {
    username: `busy${count}`,
    email: `busy${count}@example.org`,
    password,
  });
  tell({ account: sub });
  const client = await runner.run('client.add', {
    clientId: `busy${count}`,
    clientName: `Busy ${count}`,
    redirectUris: [redirectUri],
    trusted: true,
  });
  tell({ client });
}
