import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.ts';
import { censor } from './logging/censor.ts';
import { describeError } from './logging/describe-error.ts';

export interface LoggerSettings {
  readonly level: LogLevel;
  /** Where the lines go; standard output unless told. */
  readonly destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object a line. Whatever is given to it, also through `child`, leaves without secrets,
 * codes, tokens, user names, e-mail addresses and IP addresses: values under such names, and what looks like one inside any
 * text. Errors are reduced to name, message, code, stack frames and cause.
 */
export function createLogger({ level, destination }: LoggerSettings): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: describeErrors },
    serializers: { err: describeOnce, req: () => undefined, res: () => undefined },
    // The last gate: it sees the finished line, so nothing that pino puts together on its own gets past it.
    hooks: { streamWrite: censorLine },
  };
  // Synchronous: the last lines before a process ends are those that tell why.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

// pino describes errors under `err` alone; elsewhere one would become `{}` or show all its fields.
const describeErrors = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
  );

const describeOnce = (value: unknown): unknown => (value instanceof Error ? describeError(value) : value);

function censorLine(line: string): string {
  try {
    return `${JSON.stringify(censor(JSON.parse(line)))}\n`;
  } catch {
    return `{"level":"error","msg":"a log line could not be written"}\n`;
  }
}
