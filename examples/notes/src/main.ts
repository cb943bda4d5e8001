// Notes: people write notes, and other applications read and write them with a bearer of the house's issuer. The template for a
// house application; what a relying party must do right is in @latchkey/rp-core.
import { openDatabase } from './database.ts';
import { createApp } from './app.ts';
import { readSettings } from './settings.ts';

try {
  const settings = readSettings(process.env);
  const database = openDatabase(settings.databaseFile);
  const server = createApp(settings, database).listen(settings.port, '127.0.0.1', () => {
    console.log(`${settings.name} is ready at ${settings.origin} (listening on 127.0.0.1:${settings.port})`);
  });
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    server.close(() => {
      database.close();
      process.exit();
    });
    server.closeIdleConnections();
  };
  server.on('error', (error) => {
    console.error(`Cannot listen on port ${settings.port}: ${error.message}`);
    process.exit(3);
  });
  // `on`: a terminal's Ctrl+C comes twice, once from the terminal and once from npm.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
