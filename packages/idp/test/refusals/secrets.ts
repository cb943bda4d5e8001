import { UserAgent, type Answer, type Ask, type Via } from '../support/user-agent.ts';

/** Parameters whose values are no secret: words of the protocol, names of clients, what people decide. */
const harmless = new Set(
  [
    'client_id grant_type response_type response_mode scope prompt decision max_age ui_locales token_type_hint resource',
    'code_challenge_method client_assertion_type error error_description iss realm',
  ]
    .join(' ')
    .split(' '),
);

/** What a browser or program sent or received and no log may hold. */
export class Secrets {
  readonly #known = new Map<string, string>();

  /** Values so short that a log holds them by chance are passed over. */
  note(value: string | undefined, what: string): void {
    if (value !== undefined && value.length >= 8) this.#known.set(value, what);
  }

  noteParameters(parameters: Iterable<readonly [string, string]>, what: string): void {
    for (const [name, value] of parameters) if (!harmless.has(name)) this.note(value, `${name} ${what}`);
  }

  /** What of it a text holds. */
  foundIn(text: string): readonly string[] {
    return [...this.#known]
      .filter(([value]) => text.includes(value) || text.includes(encodeURIComponent(value)))
      .map(([value, what]) => `${what}: ${value}`);
  }
}

/** A browser or program all of whose secrets are noted. */
export class WatchedUserAgent extends UserAgent {
  readonly #secrets: Secrets;

  constructor(issuer: string, secrets: Secrets, via?: Via) {
    super({ issuer }, via);
    this.#secrets = secrets;
  }

  override another(): WatchedUserAgent {
    return new WatchedUserAgent(this.origin, this.#secrets, this.via);
  }

  override async ask(target: string | URL, ask: Ask = {}): Promise<Answer> {
    const secrets = this.#secrets;
    secrets.noteParameters(new URL(target, this.origin).searchParams, 'of a request');
    secrets.noteParameters(new URLSearchParams(ask.form ?? ask.body ?? ''), 'of a form');
    for (const name of ['authorization', 'dpop']) secrets.note(ask.headers?.[name]?.split(' ').at(-1), name);
    const answer = await super.ask(target, ask);
    for (const { value } of this.cookies.values()) secrets.note(value, 'cookie');
    if (answer.location) {
      secrets.noteParameters(answer.location.searchParams, 'of a redirect');
      secrets.noteParameters(new URLSearchParams(answer.location.hash.slice(1)), 'of a redirect');
    }
    for (const [, name = '', value = ''] of answer.text.matchAll(
      /<input type="hidden" name="(\w+)" value="([^"]*)"/g,
    )) {
      secrets.noteParameters([[name, value]], 'of a page');
    }
    for (const [, name = '', value = ''] of answer.text.matchAll(/"(\w*token|request_uri|code)":"([^"]*)"/g)) {
      secrets.note(value, name);
    }
    return answer;
  }
}
