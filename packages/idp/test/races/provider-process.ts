import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChildIn, type Child } from '../support/child-process.ts';
import { UserAgent, type Via } from '../support/user-agent.ts';

const main = new URL('../../src/main.ts', import.meta.url);

/** What the processes of one installation have in common. */
export interface Installation {
  readonly ISSUER: string;
  readonly DATABASE_URL: string;
  readonly SECRET_KEY: string;
}

/** `latchkey start` in a process of its own. */
export interface ProviderProcess {
  readonly via: Via;
  readonly child: Child;
  /** A browser whose requests go to this process. */
  readonly browser: () => UserAgent;
  readonly close: () => Promise<void>;
}

/** In an empty folder, with these settings and no others. */
export const runLatchkey = async (
  settings: NodeJS.ProcessEnv,
  ...commandLine: string[]
): Promise<{ readonly child: Child; readonly remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-process-'));
  const inherited = Object.entries(process.env).filter(
    ([name]) => name === 'PATH' || name.startsWith('LATCHKEY_TEST_'),
  );
  const env = { ...Object.fromEntries(inherited), DATA_DIR: join(folder, 'data'), ...settings };
  const child = startChildIn({ env, cwd: folder }, main, ...commandLine);
  return { child, remove: () => rm(folder, { recursive: true, force: true }) };
};

export const startProviderProcess = async (installation: Installation): Promise<ProviderProcess> => {
  const settings = { ...installation, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'info', PASSWORD_HASH_CONCURRENCY: '2' };
  const { child, remove } = await runLatchkey(settings, 'start', '--json');
  const line = await child.line((text) => text.includes('"msg":"listening"'));
  const via = { port: (JSON.parse(line) as { port: number }).port };
  return {
    via,
    child,
    browser: () => new UserAgent({ issuer: installation.ISSUER }, via),
    close: async () => {
      child.process.kill('SIGTERM');
      const { code, stderr } = await child.ended;
      await remove();
      if (code !== 0 && child.process.signalCode !== 'SIGKILL') throw new Error(`ended with ${code}: ${stderr}`);
    },
  };
};
