import { decodeJwt } from 'jose';
import { UserAgent, type Answer, type Ask, type Via } from '../support/user-agent.ts';

/** Whatever a browser or client holds after a journey, with what it is. */
export class HeldValues {
  /** Value to name. */
  readonly values = new Map<string, string>();
  readonly names = new Set<string>();
  /** Hints are too short to be looked for inside other text. */
  readonly hints = new Set<string>();
  /** Everything that was answered. */
  readonly answers: string[] = [];

  add(name: string, value: unknown): void {
    if (typeof value !== 'string' || value === '') return;
    this.names.add(name);
    if (name.endsWith('latchkey-hint')) this.hints.add(value);
    // A shorter one would be found by chance; what is this short is no secret.
    else if (value.length >= 10) this.values.set(value, name);
  }

  addJwt(name: string, jwt: string): void {
    this.add(name, jwt);
    const [, payload, signature] = jwt.split('.');
    this.add(`payload of the ${name}`, payload);
    this.add(`signature of the ${name}`, signature);
    this.add('sid', decodeJwt(jwt)['sid']);
  }
}

/** Parameters that everybody may know. */
const publicNames = new Set(
  [
    'client_id response_type scope redirect_uri prompt code_challenge_method response_mode resource iss ui_locales',
    'username login_hint decision grant_type error error_description token_type_hint client_assertion_type',
  ]
    .join(' ')
    .split(' '),
);

const isJwt = (value: string): boolean => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value);

/** A browser or client that notes down all that it sends and gets. */
export class RecordingAgent extends UserAgent {
  readonly #held: HeldValues;

  constructor(provider: { readonly issuer: string }, via: Via, held: HeldValues) {
    super(provider, via);
    this.#held = held;
  }

  override another(): RecordingAgent {
    return new RecordingAgent({ issuer: this.origin }, this.via ?? { port: 0 }, this.#held);
  }

  override async ask(target: string | URL, ask: Ask = {}): Promise<Answer> {
    const url = new URL(target, this.origin);
    this.#notePlace(url);
    this.#noteParameters(Object.entries(ask.form ?? {}));
    for (const name of ['authorization', 'dpop']) {
      const [scheme = '', credentials = scheme] = (ask.headers?.[name] ?? '').split(' ');
      this.#noteParameters([[name, credentials]]);
      if (scheme === 'Basic') this.#held.add('client secret', atob(credentials).split(':')[1]);
    }
    const answer = await super.ask(url, ask);
    this.#held.answers.push(`${JSON.stringify(answer.headers)}\n${answer.text}`);
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = line.split(';');
      this.#held.add(`cookie ${pair.slice(0, pair.indexOf('='))}`, pair.slice(pair.indexOf('=') + 1));
    }
    if (answer.location) this.#notePlace(answer.location);
    for (const [, name = '', value = ''] of answer.text.matchAll(
      /<input type="hidden" name="([^"]+)" value="([^"]+)">/g,
    )) {
      this.#noteParameters([[name, value]]);
    }
    if (String(answer.headers['content-type']).startsWith('application/json') && answer.url.pathname !== '/jwks') {
      const values = Object.entries(answer.json()).filter(([name]) => /token$|request_uri|^sid$|^jti$/.test(name));
      this.#noteParameters(values.map(([name, value]) => [name, String(value)]));
    }
    return answer;
  }

  #notePlace(url: URL): void {
    this.#noteParameters([...url.searchParams]);
    this.#held.add('interaction', /^\/(?:interaction|auth)\/([^/]+)/.exec(url.pathname)?.[1]);
  }

  #noteParameters(parameters: readonly (readonly [string, string])[]): void {
    for (const [name, value] of parameters) {
      if (publicNames.has(name)) continue;
      if (isJwt(value)) this.#held.addJwt(name, value);
      else this.#held.add(name, value);
      // An URN around the part that matters.
      if (name === 'request_uri') this.#held.add(name, value.split(':').at(-1));
    }
  }
}
