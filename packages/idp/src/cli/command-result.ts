export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a command answers: plain JSON, the same whether it ran here or in the running provider. */
export type CommandResult = { readonly [name: string]: Json };

/** Leaves out what is undefined, as JSON does. */
export const defined = (members: Readonly<Record<string, Json | undefined>>): CommandResult =>
  Object.fromEntries(Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined));

/** Seconds since 1970, as OpenID Connect and RFC 7591 write times. */
export const epochSeconds = (date: Date | undefined): number | undefined => date && Math.floor(date.getTime() / 1000);
