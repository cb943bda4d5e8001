import { request, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { CommandResult } from './command-result.ts';
import type { CommandName } from './commands.ts';
import { findControlSocket } from './control-socket-place.ts';
import { controlStatuses, maxControlRequestBytes } from './control-socket.ts';
import { CommandFailure, type FailureKind } from './failure.ts';

const failureShape = z.object({
  error: z.string(),
  error_description: z.string(),
  problems: z.array(z.object({ error: z.string(), error_description: z.string() })).optional(),
});

const resultShape = z.record(z.string(), z.json());

/** Nobody listens: the provider does not run, or has not come so far yet. Nothing was sent. */
export const isNotListening = (error: unknown): boolean =>
  error instanceof CommandFailure && error.code === 'ERR_PROVIDER_NOT_LISTENING';

/**
 * Asks the running provider of this data directory to run a command. Secrets travel in the body alone.
 * @throws {CommandFailure} what the provider answered; `ERR_PROVIDER_NOT_LISTENING`; `ERR_PROVIDER_NO_ANSWER`, after which
 *   nobody knows whether the command was run
 */
export async function sendCommand(
  dataDir: string,
  name: CommandName,
  input: unknown,
  timeoutMs = 10_000,
): Promise<CommandResult> {
  const body = Buffer.from(JSON.stringify({ name, input }));
  if (body.length > maxControlRequestBytes) {
    throw new CommandFailure('usage', 'ERR_CONTROL_REQUEST', `a command has at most ${maxControlRequestBytes} bytes`);
  }
  const { status, text } = await post(await findControlSocket(dataDir), body, timeoutMs);
  const answer = parse(text);
  if (status === 200) {
    const result = resultShape.safeParse(answer);
    if (result.success) return result.data;
  }
  const failure = failureShape.safeParse(answer);
  if (!failure.success) throw noAnswer('the running provider answered something that is no answer to a command');
  throw new CommandFailure(kindOf(status), failure.data.error, failure.data.error_description, {
    problems: (failure.data.problems ?? []).map((problem) => ({
      code: problem.error,
      message: problem.error_description,
    })),
  });
}

const kindOf = (status: number): FailureKind => {
  const kinds: readonly FailureKind[] = ['refused', 'usage', 'settings', 'unreachable'];
  return kinds.find((kind) => controlStatuses[kind] === status) ?? 'internal';
};

const noAnswer = (message: string, cause?: unknown): CommandFailure =>
  new CommandFailure('unreachable', 'ERR_PROVIDER_NO_ANSWER', message, { cause });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function post(
  socketPath: string,
  body: Buffer,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await new Promise<IncomingMessage>((settle, fail) => {
      const outgoing = request({
        socketPath,
        method: 'POST',
        path: '/',
        agent: false,
        signal,
        headers: { 'content-type': 'application/json', 'content-length': body.length, host: 'latchkey' },
      });
      outgoing.once('response', settle);
      outgoing.once('error', fail);
      outgoing.end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') {
      throw new CommandFailure(
        'unreachable',
        'ERR_PROVIDER_NOT_LISTENING',
        'the provider does not listen for commands',
      );
    }
    if (signal.aborted) {
      throw noAnswer(
        `the running provider did not answer within ${timeoutMs / 1000} s; the change may have been made all the same`,
        error,
      );
    }
    if (code === 'EACCES') throw noAnswer(`the control socket ${socketPath} belongs to another user`, error);
    throw noAnswer('the running provider ended before it answered; the change may have been made all the same', error);
  }
}
