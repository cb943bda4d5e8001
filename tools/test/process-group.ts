import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** The variable by which a group's descendants are known, also those that left the group (a database server does). */
const MARK = 'LATCHKEY_TEST_GROUP';

export interface LeftProcess {
  readonly pid: number;
  readonly command: string;
}

export interface GroupOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
}

/** A process with a process group of its own, and all that descends from it. */
export class ProcessGroup {
  readonly process: ChildProcess;
  readonly #mark: string;
  readonly #ended: Promise<unknown>;

  constructor(command: string, commandLine: readonly string[], options: GroupOptions) {
    this.#mark = randomUUID();
    this.process = spawn(command, commandLine, {
      cwd: options.cwd,
      env: { ...options.env, [MARK]: this.#mark },
      stdio: options.stdio,
      detached: true, // a new process group, led by the child
    });
    this.#ended = once(this.process, 'exit').catch((error: Error) => {
      process.stderr.write(`${command} could not be started: ${error.message}\n`);
    });
  }

  /**
   * Waits for the first process to end; at the limit ends the whole group.
   * @returns its exit code, or undefined when the limit came first or a signal ended it
   */
  async endWithin(limitMs: number): Promise<{ code: number | undefined; timedOut: boolean }> {
    const limit = new AbortController();
    const timedOut = await Promise.race([
      this.#ended.then(() => false),
      pause(limitMs, true, { signal: limit.signal }).catch(() => false),
    ]);
    limit.abort();
    if (timedOut) await this.end();
    return { code: timedOut ? undefined : (this.process.exitCode ?? undefined), timedOut };
  }

  /** Asks the group to end (SIGTERM), and after `patienceMs` makes it (SIGKILL); then whoever left the group. */
  async end(patienceMs = 5000): Promise<void> {
    this.#signal('SIGTERM');
    const deadline = Date.now() + patienceMs;
    while (this.#isAlive() && Date.now() < deadline) await pause(50);
    this.#signal('SIGKILL');
    await this.endLeftProcesses(patienceMs);
  }

  /**
   * Ends whatever the group has left running, after a moment in which it may end by itself.
   * @returns what was still there after that moment; empty where the system has no /proc
   */
  async endLeftProcesses(patienceMs = 1000): Promise<LeftProcess[]> {
    const deadline = Date.now() + patienceMs;
    let left = this.#left();
    while (left.length > 0 && Date.now() < deadline) {
      await pause(50);
      left = this.#left();
    }
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (const { pid } of this.#left()) sendSignal(pid, signal);
      if (signal === 'SIGTERM' && left.length > 0) await pause(500);
    }
    return left;
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    return this.process.pid !== undefined && sendSignal(-this.process.pid, signal);
  }

  /** The kernel counts zombies as members of a group; where it can be seen, they do not count here. */
  #isAlive(): boolean {
    return existsSync('/proc/self/stat') ? this.#left().length > 0 : this.#signal(0);
  }

  #left(): LeftProcess[] {
    return listProcesses()
      .filter((pid) => pid !== process.pid && (this.#isMember(pid) || this.#isMarked(pid)))
      .map((pid) => ({ pid, command: readProcFile(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
      .filter(({ command }) => command !== ''); // a zombie has none, and needs no ending
  }

  #isMember(pid: number): boolean {
    // After the name, which may hold anything but is closed by the last ")": state, parent, group.
    const [, , group] = readProcFile(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
    return group !== undefined && Number(group) === this.process.pid;
  }

  #isMarked(pid: number): boolean {
    return readProcFile(pid, 'environ').includes(`${MARK}=${this.#mark}`);
  }
}

/** @returns false when nobody is there to take it */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended meanwhile, is a zombie, or is somebody else's. */
function readProcFile(pid: number, name: 'environ' | 'cmdline' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
