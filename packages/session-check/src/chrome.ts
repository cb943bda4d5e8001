/** What a page shows about the person in front of it. */
export type Chrome = SignedIn | { readonly signedIn: false };

interface SignedIn {
  readonly signedIn: true;
  readonly name: string;
  readonly username: string;
  /** What the sign-out form must bring. */
  readonly csrf: string;
}

/** A chrome as the application sends it. */
export type Answer = Chrome & {
  /** The server says that a silent check in the frame is worth it. */
  readonly ask?: boolean;
};

/** Whether this is a chrome, whoever it came from: the chrome endpoint, the frame's document, an earlier page. */
export const isAnswer = (value: unknown): value is Answer => {
  const { signedIn, name, username, csrf, ask = false } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const texts = signedIn === true ? [name, username, csrf] : [];
  return typeof signedIn === 'boolean' && typeof ask === 'boolean' && texts.every((text) => typeof text === 'string');
};
