/** One row of a user table, by column name; `null` is SQL's NULL. */
export type UserRow = Readonly<Record<string, string | null>>;

/** Rows from wherever the administrator has them: an export, or a connection to the application's database. */
export type UserRows = AsyncIterable<UserRow> | Iterable<UserRow>;
