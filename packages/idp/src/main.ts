#!/usr/bin/env -S node -C source --disable-warning=ExperimentalWarning
// Reads the environment, composes, listens: nothing else does.
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  process.stderr.write(
    `latchkey: Node.js 24.11 or newer is needed, this is ${process.versions.node}. From the repository, "npm start" and "npx --no latchkey" bring their own.\n`,
  );
  process.exit(3);
}

// Only now: what follows is written for that version.
const { runCli } = await import('./cli/program.ts');
const { cliEnvironment } = await import('./cli-environment.ts');

process.exitCode = await runCli(cliEnvironment(process));
