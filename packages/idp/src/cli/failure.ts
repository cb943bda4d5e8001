import { ApplicationKindError } from '@latchkey/application-kind';
import { AccountError } from '../domain/account/account-error.ts';
import { ApplicationError } from '../domain/application/application-error.ts';
import { ClientError } from '../domain/client/client-error.ts';
import { ConfigError } from '../config/config-error.ts';
import { BusyError, PasswordError } from '../domain/sign-in/password-hasher.ts';

/** Whose fault it is, which decides the exit code and, through the control socket, the HTTP status. */
export type FailureKind = 'refused' | 'usage' | 'settings' | 'unreachable' | 'internal';

export const exitCodes: Readonly<Record<FailureKind | 'ok', number>> = {
  ok: 0,
  refused: 1,
  usage: 2,
  settings: 3,
  unreachable: 4,
  internal: 70,
};

export interface FailureProblem {
  readonly code: string;
  readonly message: string;
}

/** Why a command did not do what it was asked for, in words for a terminal. The message never holds a secret. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly kind: FailureKind;
  readonly code: string;
  /** Each thing that is wrong, where there may be several; else empty. */
  readonly problems: readonly FailureProblem[];

  constructor(
    kind: FailureKind,
    code: string,
    message: string,
    options: { readonly problems?: readonly FailureProblem[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.problems = options.problems ?? [];
  }
}

/** The form in which a failure is printed with `--json` and travels through the control socket. */
export interface FailureJson {
  readonly error: string;
  readonly error_description: string;
  readonly problems?: readonly { readonly error: string; readonly error_description: string }[];
}

export const failureJson = ({ code, message, problems }: CommandFailure): FailureJson => ({
  error: code,
  error_description: message,
  ...(problems.length > 0 && {
    problems: problems.map((problem) => ({ error: problem.code, error_description: problem.message })),
  }),
});

/** One line for each thing that is wrong. */
export const failureLines = ({ message, problems }: CommandFailure): readonly string[] =>
  (problems.length > 0 ? problems.map((problem) => problem.message) : [message]).map(
    (line) => `latchkey: ${line.replaceAll(/\s*\n\s*/g, ' ')}`,
  );

/** Errors of the database as a whole, whose message is already one line for the operator. */
const databaseKinds: Readonly<Record<string, FailureKind>> = {
  ERR_DATABASE_DAMAGED: 'unreachable',
  ERR_DATABASE_IN_USE: 'unreachable',
  ERR_DATABASE_NEWER: 'unreachable',
  ERR_DATABASE_REFUSED: 'unreachable',
  ERR_DATABASE_TOO_OLD: 'unreachable',
  ERR_DATABASE_UNAVAILABLE: 'unreachable',
  ERR_DATA_DIR: 'settings',
  ERR_DISK_FULL: 'unreachable',
  ERR_MIGRATION_FAILED: 'internal',
  ERR_SECRET_KEY: 'settings',
};

/** Why the process cannot listen where its settings say. */
const listenProblems: Readonly<Record<string, string>> = {
  EACCES: 'this process may not listen at that address: ports below 1024 need a privilege (HOST, PORT)',
  EADDRINUSE: 'the address is taken: another process listens there (HOST, PORT)',
  EADDRNOTAVAIL: 'the address to listen on is not one of this machine (HOST)',
};

/** Says of any error what it means to whoever typed the command. */
export function toFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof AccountError || error instanceof ClientError) {
    return new CommandFailure('refused', error.code, error.message, { problems: error.problems });
  }
  if (error instanceof ApplicationError || error instanceof ApplicationKindError || error instanceof PasswordError) {
    return new CommandFailure('refused', error.code, error.message);
  }
  if (error instanceof BusyError) return new CommandFailure('unreachable', error.code, `${error.message}: try again`);
  if (error instanceof ConfigError) {
    const problems = error.problems.map(({ setting, problem }) => ({
      code: error.code,
      message: `${setting} ${problem}`,
    }));
    return new CommandFailure('settings', error.code, problems.map(({ message }) => message).join('; '), { problems });
  }
  const code = codeOf(error);
  const databaseKind = databaseKinds[code ?? ''];
  if (code !== undefined && databaseKind !== undefined && error instanceof Error) {
    return new CommandFailure(databaseKind, code, error.message, { cause: error });
  }
  const listenProblem = isOfListening(error) ? listenProblems[code ?? ''] : undefined;
  if (code !== undefined && listenProblem !== undefined) {
    return new CommandFailure('settings', code, listenProblem, { cause: error });
  }
  if (isUnreachable(error, code)) {
    const detail = code === undefined ? '' : ` (${code})`;
    return new CommandFailure('unreachable', 'ERR_DATABASE_UNAVAILABLE', `the database does not answer${detail}`, {
      cause: error,
    });
  }
  return new CommandFailure('internal', 'ERR_INTERNAL', `unexpected error: ${describe(error)}`, { cause: error });
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** At an address of the network: the control socket's is a path, and other calls fail with the same codes. */
const isOfListening = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  error.syscall === 'listen' &&
  'address' in error &&
  !String(error.address).startsWith('/');

const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
];

/** SQLSTATE classes: connection, authorization, unknown database, out of resources, shutting down. */
const unreachableStates = /^(?:08...|28...|3D000|53...|57P0.)$/;

const isUnreachable = (error: unknown, code: string | undefined): boolean =>
  (error instanceof Error && error.name === 'KnexTimeoutError') ||
  (code !== undefined && (networkCodes.includes(code) || unreachableStates.test(code)));

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no error was thrown';
  return `${error.name}${codeOf(error) === undefined ? '' : ` ${codeOf(error)}`}: ${error.message}`;
}
