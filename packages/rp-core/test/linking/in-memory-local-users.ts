import {
  LocalUserTakenError,
  type Link,
  type LinkChange,
  type LocalUser,
  type LocalUserChange,
  type LocalUserRecords,
  type LocalUsers,
  type NewLocalUser,
} from '../../src/linking/local-users.ts';
import type { Subject } from '../../src/linking/subject.ts';

/** A local user with what tests look at besides. */
export interface StoredLocalUser extends LocalUser {
  readonly picture: string | undefined;
  readonly locale: string | undefined;
  readonly groups: readonly string[] | undefined;
  /** A password, application passwords, local sessions: other ways in than the issuer. */
  readonly hasLocalCredentials: boolean;
  readonly hasPrivateData: boolean;
}

const lowerCase = (text: string): string => text.toLowerCase();
/** As many databases do it: without regard to case and accents. */
const collated = (text: string): string => lowerCase(text.normalize('NFD').replaceAll(/\p{M}/gu, ''));

/** The application's users, kept in memory; a section that throws leaves nothing behind. */
export class InMemoryLocalUsers implements LocalUsers {
  #users = new Map<string, StoredLocalUser>();
  #links: readonly Link[] = [];
  #lastId = 0;
  #last: Promise<unknown> = Promise.resolve();
  readonly #uniqueEmails: boolean;
  constructor({ uniqueEmails }: { readonly uniqueEmails: boolean }) {
    this.#uniqueEmails = uniqueEmails;
  }

  /** As if somebody had signed up at the application itself. */
  signUp(user: Partial<StoredLocalUser> & { readonly username: string }): StoredLocalUser {
    return this.#insert({ emailConfirmed: true, hasLocalCredentials: true, ...user });
  }

  get users(): readonly StoredLocalUser[] {
    return [...this.#users.values()];
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  user(id: string): StoredLocalUser {
    const user = this.#users.get(id);
    if (!user) throw new Error('there is no such local user');
    return user;
  }

  change(id: string, change: Partial<StoredLocalUser>): void {
    this.#users.set(id, { ...this.user(id), ...change });
  }

  /** As if an administrator had deleted the user behind the link's back. */
  remove(id: string): void {
    this.#users.delete(id);
  }

  async exclusively<Result>(work: (records: LocalUserRecords) => Promise<Result>): Promise<Result> {
    const run = this.#last.then(async () => {
      const before = { users: new Map(this.#users), links: this.#links };
      try {
        return await work(this.#records());
      } catch (error) {
        this.#users = before.users;
        this.#links = before.links;
        throw error;
      }
    });
    this.#last = run.catch(() => undefined);
    return await run;
  }

  #insert(user: Partial<StoredLocalUser> & { readonly username: string }): StoredLocalUser {
    const id = String(++this.#lastId);
    const stored: StoredLocalUser = {
      name: undefined,
      email: undefined,
      emailConfirmed: false,
      hasElevatedRights: false,
      disabled: false,
      picture: undefined,
      locale: undefined,
      groups: undefined,
      hasLocalCredentials: false,
      hasPrivateData: true,
      ...user,
      id,
    };
    if (!this.#isUsernameFree(stored.username)) throw new LocalUserTakenError('ERR_LOCAL_USERNAME_TAKEN');
    this.#requireFreeEmail(stored.email, id);
    this.#users.set(id, stored);
    return stored;
  }

  #isUsernameFree(username: string): boolean {
    return !this.users.some((user) => lowerCase(user.username) === lowerCase(username));
  }

  #withEmail(email: string): readonly StoredLocalUser[] {
    return this.users.filter((user) => user.email !== undefined && collated(user.email) === collated(email));
  }

  #requireFreeEmail(email: string | undefined, ownId: string): void {
    const isTaken = email !== undefined && this.#withEmail(email).some(({ id }) => id !== ownId);
    if (this.#uniqueEmails && isTaken) throw new LocalUserTakenError('ERR_LOCAL_EMAIL_TAKEN');
  }

  #find({ issuer, sub }: Subject): Link | undefined {
    return this.#links.find((link) => link.issuer === issuer && link.sub === sub);
  }

  #update(id: string, change: LocalUserChange): void {
    const given = Object.entries(change).map(([key, value]) => [key, value ?? undefined]);
    const changed: StoredLocalUser = { ...this.user(id), ...Object.fromEntries(given) };
    this.#requireFreeEmail(changed.email, id);
    this.#users.set(id, changed);
  }

  #insertLink(link: Link): void {
    const hasOpen = this.#links.some(({ localUserId, closed }) => localUserId === link.localUserId && !closed);
    if (this.#find(link) || hasOpen) throw new LocalUserTakenError('ERR_LINK_TAKEN');
    this.#links = [...this.#links, link];
  }

  #updateLink(subject: Subject, change: LinkChange): void {
    const link = this.#find(subject);
    if (!link) throw new Error('there is no such link');
    this.#links = this.#links.map((one) => (one === link ? { ...link, ...change } : one));
  }

  #records(): LocalUserRecords {
    // Each answer comes later, as a database's does, so that sections would overlap if they could.
    const later = async <Value>(read: () => Value): Promise<Value> => {
      await Promise.resolve();
      return read();
    };
    return {
      findLink: (subject) => later(() => this.#find(subject)),
      linksOf: (localUserId) => later(() => this.#links.filter((link) => link.localUserId === localUserId)),
      findUser: (id) => later(() => this.#users.get(id)),
      isUsernameFree: (username) => later(() => this.#isUsernameFree(username)),
      findUsersByEmail: (email) => later(() => this.#withEmail(email)),
      insertUser: (user: NewLocalUser) => later(() => this.#insert(user)),
      updateUser: (id, change) => later(() => this.#update(id, change)),
      insertLink: (link) => later(() => this.#insertLink(link)),
      updateLink: (subject, change) => later(() => this.#updateLink(subject, change)),
      removeLocalCredentials: (id) => later(() => this.change(id, { hasLocalCredentials: false })),
      removePrivateData: (id) => later(() => this.change(id, { hasPrivateData: false })),
    };
  }
}
