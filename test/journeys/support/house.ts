import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NamedHost } from '../../../tools/stage/named-host.ts';
import type { StageProgram } from '../../../tools/stage/stage-program.ts';
import { journal, notes, openStage, type Stage, type StageOptions } from '../../../tools/stage/stage.ts';

/** A copy of examples/notes at a host of the stage, on a database file of its own. */
export interface NotesApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  /** What its nodes seal cookies with. */
  readonly cookieSecret: Buffer;
  readonly host: NamedHost;
  readonly origin: string;
  /** One for each node of the host; they share the file. */
  readonly nodes: readonly StageProgram[];
  /** Everybody whom it knows. */
  users(): readonly Record<string, unknown>[];
  /** Its sessions, as they are kept. */
  sessions(): readonly Record<string, unknown>[];
  /** Everything that people wrote, the oldest first. */
  written(): readonly { readonly userId: string; readonly text: string }[];
  /** Shifts the proof of every session: as if so many seconds had passed since. */
  ageProofs(seconds: number): void;
}

/** The stage with the provider, the people alice and bert, and notes and its copy, the journal. */
export interface House extends Stage {
  readonly notes: NotesApplication;
  readonly journal: NotesApplication;
  readonly alice: string;
  readonly bert: string;
}

const entry = new URL('../../../examples/notes/src/main.ts', import.meta.url);

export const openHouse = async (options: StageOptions = {}): Promise<House> => {
  const stage = await openStage(options);
  try {
    const [alice, bert] = [
      await stage.provider.addAccount('alice', 'Alice Example'),
      await stage.provider.addAccount('bert', 'Bert Example'),
    ];
    const [first, second] = await Promise.all([
      startNotes(stage, 'notes', 'Notes', stage.host(notes)),
      startNotes(stage, 'journal', 'Journal', stage.host(journal)),
    ]);
    return { ...stage, notes: first, journal: second, alice: alice.sub, bert: bert.sub };
  } catch (error) {
    await stage.close();
    throw error;
  }
};

/** Registers a copy of the notes application as a trusted client, and starts it. */
export const startNotes = async (
  stage: Stage,
  clientId: string,
  name: string,
  host: NamedHost,
  ...more: readonly string[]
): Promise<NotesApplication> => {
  const paths = {
    callback: '/latchkey/callback',
    signedOut: '/latchkey/signed-out',
    backchannelLogout: '/latchkey/backchannel',
  };
  const { clientSecret } = await stage.provider.addApplication(clientId, host, paths, ...more);
  const file = join(await stage.folder.fresh(), `${clientId}.sqlite`);
  const cookieSecret = randomBytes(32);
  const nodes = await Promise.all(
    host.ports.map((port) =>
      stage.startApplication({
        name: `${clientId} at port ${port}`,
        entry,
        env: {
          NAME: name,
          ORIGIN: host.origin,
          PORT: String(port),
          ISSUER: stage.provider.issuer,
          CLIENT_ID: clientId,
          CLIENT_SECRET: clientSecret,
          COOKIE_SECRET: cookieSecret.toString('base64url'),
          DATABASE_FILE: file,
        },
        readyLine: / is ready at /,
      }),
    ),
  );
  const withDatabase = <Result>(work: (database: DatabaseSync) => Result): Result => {
    const database = new DatabaseSync(file, { timeout: 5000 });
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    clientId,
    clientSecret,
    cookieSecret,
    host,
    origin: host.origin,
    nodes,
    users: () => withDatabase((database) => database.prepare('select * from users order by id').all()),
    sessions: () => withDatabase((database) => database.prepare('select * from latchkey_sessions').all()),
    written: () =>
      withDatabase(
        (database) =>
          database.prepare('select user_id as userId, text from notes order by id').all() as unknown as {
            readonly userId: string;
            readonly text: string;
          }[],
      ),
    ageProofs: (seconds) =>
      withDatabase((database) => {
        database.exec(
          `update latchkey_sessions set rest = json_set(rest, '$.provedAt', rest ->> '$.provedAt' - ${Math.round(seconds * 1000)})`,
        );
      }),
  };
};
