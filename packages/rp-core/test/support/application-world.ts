import { randomBytes } from 'node:crypto';
import { Linker, type LinkerSettings } from '../../src/linking/linker.ts';
import type { LinkingEntry } from '../../src/linking/linking-log.ts';
import { ProveAdoption, type LocalProofs } from '../../src/linking/prove-adoption.ts';
import { RelyingParty } from '../../src/relying-party.ts';
import type { LocalSession } from '../../src/session/local-session.ts';
import type { RelyingPartySettings } from '../../src/settings.ts';
import { InMemoryLocalUsers } from '../linking/in-memory-local-users.ts';
import { InMemoryAdoptionProofs } from './in-memory-adoption-proofs.ts';
import { InMemoryOneTimeStore } from './in-memory-one-time-store.ts';
import { InMemorySessions } from './in-memory-sessions.ts';
import { IssuerDouble, type Vouched } from './issuer-double.ts';
import { navigation, UserAgent, type Send } from './user-agent.ts';

export interface WorldOptions {
  readonly settings?: Partial<RelyingPartySettings>;
  readonly linker?: Partial<LinkerSettings>;
  /** Given: the application adopts by proof. */
  readonly proofs?: LocalProofs;
}

/** What the application's own pages say. */
export interface PageSays {
  readonly userId: string | null;
  readonly csrf: string | null;
}

/** An application at the issuer double: its stores, and a clock that the test moves. */
export class ApplicationWorld {
  readonly origin = 'http://127.0.0.1:8080';
  readonly issuer: IssuerDouble;
  readonly users = new InMemoryLocalUsers({ uniqueEmails: true });
  readonly sessions = new InMemorySessions();
  readonly oneTime = new InMemoryOneTimeStore();
  readonly logged: { readonly event: string; readonly details: Readonly<Record<string, unknown>> }[] = [];
  readonly linked: LinkingEntry[] = [];
  readonly relyingParty: RelyingParty;
  readonly #proofs = new InMemoryAdoptionProofs();
  readonly #cookieSecret = randomBytes(32);
  readonly #options: WorldOptions;
  #aheadSeconds = 0;

  private constructor(issuer: IssuerDouble, options: WorldOptions) {
    this.issuer = issuer;
    this.#options = options;
    this.relyingParty = this.anotherNode();
  }

  static async open(options: WorldOptions = {}): Promise<ApplicationWorld> {
    const issuer = await IssuerDouble.start();
    issuer.people.set('alice', { name: 'Alice', preferred_username: 'alice', profile_version: 1 });
    issuer.people.set('berta', { name: 'Berta', preferred_username: 'berta', profile_version: 1 });
    return new ApplicationWorld(issuer, options);
  }

  /**
   * The same application in another process: it shares stores and secrets, and nothing else.
   * @param instead settings of an application that is another one
   */
  anotherNode(instead: Partial<RelyingPartySettings> = {}): RelyingParty {
    const { issuer } = this;
    const { settings, linker, proofs } = this.#options;
    return new RelyingParty(
      {
        issuer: issuer.issuer,
        clientId: issuer.clientId,
        clientSecret: issuer.clientSecret,
        origin: this.origin,
        cookieSecret: this.#cookieSecret,
        cookieWord: 'app',
        applicationName: 'The application',
        ...settings,
        ...instead,
      },
      {
        sessions: this.sessions,
        oneTime: this.oneTime,
        linker: new Linker(
          this.users,
          {
            usernameRule: 'house',
            adopt: 'never',
            proofWays: [],
            emailRule: { unique: true, required: false },
            ...linker,
          },
          { record: (entry) => this.linked.push(entry) },
        ),
        ...(proofs === undefined ? {} : { proveAdoption: new ProveAdoption(this.#proofs, proofs) }),
        findPerson: async (id) => {
          const user = this.users.users.find((one) => one.id === id);
          return user && { name: user.name ?? user.username, username: user.username };
        },
        log: (event, details) => this.logged.push({ event, details }),
        now: () => this.now(),
      },
    );
  }

  async close(): Promise<void> {
    await this.issuer.close();
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadSeconds * 1000);
  }

  /** Lets time pass for the application. The issuer's clock stays. */
  pass(seconds: number): void {
    this.#aheadSeconds += seconds;
  }

  url(path: string): string {
    return `${this.origin}${path}`;
  }

  browser(): Browser {
    return new Browser(this);
  }

  /** The one session that there is. */
  session(): LocalSession {
    const sessions = this.sessions.all();
    const [session] = sessions;
    if (session === undefined || sessions.length > 1) throw new Error(`there are ${sessions.length} sessions`);
    return session;
  }

  /** Whether it takes a form with this token for one of the session that there is. */
  takesForm(csrf: string | null | undefined, node = this.relyingParty): boolean {
    const { localUserId, sub, idHash } = this.session();
    return node.isFormOf({ localUserId, sub, sessionId: idHash, csrf: '' }, csrf);
  }

  events(): string[] {
    return this.logged.map(({ event }) => event);
  }

  /** The sign-in's addresses, and a page at every other. */
  readonly answer = async (request: Request, node = this.relyingParty): Promise<Response> => {
    const own = await node.handle(request);
    if (own !== undefined) return own;
    const visit = await node.recognise(request);
    if (visit.kind === 'sent-off') return visit.response;
    const says: PageSays = { userId: visit.visitor?.localUserId ?? null, csrf: visit.visitor?.csrf ?? null };
    const response = Response.json(says);
    for (const line of visit.setCookies) response.headers.append('set-cookie', line);
    return response;
  };
}

/** A browser at the application; the way through the issuer is the test's to go. */
export class Browser {
  readonly agent: UserAgent;
  readonly #world: ApplicationWorld;

  /** @param send where its requests go; to the application's one process unless told */
  constructor(world: ApplicationWorld, send: Send = (request) => world.answer(request)) {
    this.#world = world;
    this.agent = new UserAgent(send);
  }

  get(path: string, headers: Record<string, string> = navigation): Promise<Response> {
    return this.agent.get(this.#world.url(path), headers);
  }

  post(path: string, fields: Record<string, string>): Promise<Response> {
    return this.agent.post(this.#world.url(path), fields);
  }

  /** The issuer's hint, as the browser has it. */
  setHint(value: string | undefined): void {
    this.agent.setCookie(this.#world.origin, 'latchkey-hint', value);
  }

  /** Begins to sign in by a click; the address at the issuer. */
  async begin(to = '/'): Promise<string> {
    return locationOf(await this.get(`/latchkey/start?to=${encodeURIComponent(to)}`));
  }

  /** Comes back to the callback. */
  comeBack(callbackUrl: string, headers: Record<string, string> = navigation): Promise<Response> {
    return this.agent.get(callbackUrl, headers);
  }

  /** Signs in by a click, all the way. */
  async signIn(vouched: Vouched, to = '/'): Promise<Response> {
    return this.comeBack(this.#world.issuer.vouch(await this.begin(to), vouched));
  }

  /** What the page at `path` says; fails when it is none. */
  async page(path = '/', headers: Record<string, string> = navigation): Promise<PageSays> {
    const response = await this.get(path, headers);
    if (response.status !== 200) throw new Error(`status ${response.status} to ${response.headers.get('location')}`);
    return (await response.json()) as PageSays;
  }

  cookie(name: string): string | undefined {
    return this.agent.cookie(this.#world.origin, name);
  }

  attempts(): string[] {
    return this.agent.cookieNames(this.#world.origin).filter((name) => name.startsWith('app-attempt-'));
  }
}

/** Where a redirect goes. */
export const locationOf = (response: Response): string => {
  const location = response.headers.get('location');
  if (response.status !== 303 || location === null) throw new Error(`no redirect, but status ${response.status}`);
  return location;
};
