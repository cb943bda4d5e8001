import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the first line of stdout that `wanted` accepts; rejects when the child ends without one. */
  line(wanted: (line: string) => boolean): Promise<string>;
  kill9(): Promise<Ended>;
  readonly ended: Promise<Ended>;
}

/** Runs a TypeScript program with this Node. It is killed when this process ends. */
export const startChild = (program: URL, ...programArguments: string[]): Child =>
  startChildIn({}, program, ...programArguments);

/** The same, with another environment or in another folder than this process has. */
export const startChildIn = (
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
  program: URL,
  ...programArguments: string[]
): Child => startCommand([process.execPath, '-C', 'source', fileURLToPath(program), ...programArguments], options);

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What it reads from its standard input; nothing unless told. */
  readonly input?: string;
  /** Makes it the leader of a process group, as a terminal does with each command line. */
  readonly detached?: boolean;
}

/** Runs any command. It is killed when this process ends. */
export const startCommand = (
  [program, ...programArguments]: readonly [string, ...string[]],
  { input, ...options }: CommandOptions = {},
): Child => {
  const child = spawn(program, programArguments, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it need not read what it is given
  child.stdin.end(input);
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    process.off('exit', killAtExit);
    return { code, signal, lines, stderr };
  });
  return {
    process: child,
    ended,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(wanted);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`The child ended without saying what was awaited: ${stderr}`)));
      }),
    async kill9() {
      child.kill('SIGKILL');
      return ended;
    },
  };
};
