import type { DatabaseSync } from 'node:sqlite';

export interface Note {
  readonly id: number;
  readonly text: string;
  readonly is_public: number;
}

/** People's notes; each statement names the person whose notes it may touch. */
export const notesOf = (connection: DatabaseSync) => ({
  list: (userId: string): Note[] =>
    connection
      .prepare('select id, text, is_public from notes where user_id = ? order by id desc limit 100')
      .all(userId) as unknown as Note[],
  listPublic: (): Note[] =>
    connection
      .prepare('select id, text, is_public from notes where is_public order by id desc limit 20')
      .all() as unknown as Note[],
  add: (userId: string, text: string, isPublic: boolean): Note =>
    connection
      .prepare(
        'insert into notes (user_id, text, is_public, written_at) values (?, ?, ?, ?) returning id, text, is_public',
      )
      .get(userId, text, Number(isPublic), Date.now()) as unknown as Note,
  remove: (userId: string, id: string): boolean =>
    connection.prepare('delete from notes where id = ? and user_id = ?').run(id, userId).changes === 1,
  removePrivate: (userId: string): void => {
    connection.prepare('delete from notes where user_id = ? and not is_public').run(userId);
  },
});

export type Notes = ReturnType<typeof notesOf>;
