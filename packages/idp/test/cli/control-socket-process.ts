// A provider as far as the command line sees it: holds the embedded database of the data directory that it is given,
// and listens for commands. Ends with SIGTERM.
import { CommandRunner } from '../../src/cli/commands.ts';
import { openControlSocket } from '../../src/cli/control-socket.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { testServices } from './cli-world.ts';

const dataDir = process.argv[2] ?? '';
const database = await openDatabase({ dataDir });
await migrate(database);
const control = await openControlSocket({ dataDir, runner: new CommandRunner(testServices(database)) });
process.once('SIGTERM', () => {
  void control.close().then(() => database.close());
});
console.log(`listening at ${control.path}`);
