#!/usr/bin/env -S node -C source --disable-warning=ExperimentalWarning
// Reads the environment, composes, listens: nothing else does.
import module from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  process.stderr.write(
    `latchkey: Node.js 24.11 or newer is needed, this is ${process.versions.node}. From the repository, "npm start" and "npx --no latchkey" bring their own.\n`,
  );
  process.exit(3);
}

// Half of the time to start is reading sources. What Node made of them is kept where the next install removes it, and not
// in its usual place, the temporary directory, where other users of the machine might put something. Where nothing can be
// written, nothing is kept.
module.enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/latchkey'));

// Only now: what follows is written for that version.
const { runCli } = await import('./cli/program.ts');
const { cliEnvironment } = await import('./cli-environment.ts');

process.exitCode = await runCli(cliEnvironment(process));
