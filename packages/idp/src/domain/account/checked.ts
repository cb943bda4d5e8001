/** One thing that is wrong with a value: programs read the code, people the message. */
export interface Problem<Code extends string> {
  readonly code: Code;
  /** A sentence part that repeats no password and no e-mail address. */
  readonly message: string;
}

/** A value in the form in which it is kept, or what is wrong with it. */
export type Checked<Code extends string, Value = string> =
  | { readonly value: Value; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: Problem<Code> };

export const accepted = <Value>(value: Value): { readonly value: Value } => ({ value });

export const refused = <Code extends string>(code: Code, message: string): { readonly problem: Problem<Code> } => ({
  problem: { code, message },
});
