import { setTimeout as delay } from 'node:timers/promises';
import { startCommand, type Child } from '../../packages/idp/test/support/child-process.ts';

export interface ProgramOptions {
  /** What errors call it. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The line of its standard output that says that it takes requests. */
  readonly readyLine: RegExp;
}

/** A program of the stage, in a process of its own that can be ended and started again. */
export interface StageProgram {
  /** Waits until it is ready. @throws with its output when it ends before, or does not become ready */
  start(): Promise<void>;
  /** Asks it to end (SIGTERM) and waits. @throws with its output when it does not end in time, or ends badly */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill9(): Promise<void>;
  /** From now on it takes connections and answers nothing: what callers see as a timeout. */
  suspend(): void;
  resume(): void;
  isRunning(): boolean;
  /** What it wrote so far to standard output and standard error, in all its lives. */
  output(): string;
  /** The first line of standard output in its present life that matches, also when it is yet to come. */
  line(pattern: RegExp): Promise<string>;
}

const readyLimitMs = 30_000;
const endLimitMs = 12_000;

export const stageProgram = ({ name, command, env, cwd, readyLine }: ProgramOptions): StageProgram => {
  let child: Child | undefined;
  let output = '';

  const running = (): Child => {
    if (child === undefined) throw new Error(`${name} is not running.`);
    return child;
  };
  const within = async <T>(limitMs: number, what: string, work: Promise<T>): Promise<T> => {
    const limit = new AbortController();
    const tooLate = delay(limitMs, undefined, { signal: limit.signal }).then(() => {
      throw new Error(`${name} ${what} within ${limitMs / 1000} s: ${output}`);
    });
    tooLate.catch(() => {}); // aborted, it rejects with nobody left to hear it
    try {
      return await Promise.race([work, tooLate]);
    } finally {
      limit.abort();
    }
  };
  return {
    start: async () => {
      if (child !== undefined) throw new Error(`${name} is running already.`);
      const started = startCommand(command, { env, cwd });
      child = started;
      for (const stream of [started.process.stdout, started.process.stderr]) {
        stream?.on('data', (text: string | Buffer) => {
          output += text.toString();
        });
      }
      void started.ended.then(() => {
        if (child === started) child = undefined;
      });
      try {
        const isReady = started.line((line) => readyLine.test(line));
        await within(readyLimitMs, 'is not ready', isReady);
      } catch (error) {
        await started.kill9();
        throw error;
      }
    },
    stop: async () => {
      const stopping = running();
      stopping.process.kill('SIGCONT');
      stopping.process.kill('SIGTERM');
      const { code, signal } = await within(endLimitMs, 'does not end', stopping.ended);
      const endedWell = code === 0 || signal === 'SIGTERM';
      if (!endedWell) throw new Error(`${name} ended with ${code ?? signal}: ${output}`);
    },
    kill9: async () => {
      await child?.kill9();
    },
    suspend: () => void running().process.kill('SIGSTOP'),
    resume: () => void running().process.kill('SIGCONT'),
    isRunning: () => child !== undefined,
    output: () => output,
    line: (pattern) =>
      within(
        readyLimitMs,
        `says nothing like ${pattern}`,
        running().line((line) => pattern.test(line)),
      ),
  };
};
