import type { Subject } from './subject.ts';

/** A user as the application knows them. */
export interface LocalUser {
  /** Never given to another user, not even after this one was deleted: a link would lead to a stranger. */
  readonly id: string;
  readonly username: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  /** The application, or the issuer through it, has seen that mail to this address reaches the user. False in doubt. */
  readonly emailConfirmed: boolean;
  /** More than a user has who just signed up: administers, moderates, edits what is others'. True in doubt. */
  readonly hasElevatedRights: boolean;
  /** Shut out by the application itself. The issuer's own "disabled" is on the link. */
  readonly disabled: boolean;
}

/** What a new local user begins with; rights are the default role's. */
export interface NewLocalUser {
  readonly username: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly emailConfirmed: boolean;
  readonly picture: string | undefined;
  readonly locale: string | undefined;
  readonly groups: readonly string[] | undefined;
}

/** Only what is present changes; `null` clears. The user name never changes. */
export interface LocalUserChange {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly emailConfirmed?: boolean;
  readonly picture?: string | null;
  readonly locale?: string | null;
  readonly groups?: readonly string[];
}

/** Says that a person at an issuer is a local user. Never deleted: a closed one blocks adopting and coming back. */
export interface Link extends Subject {
  readonly localUserId: string;
  /** Of the newest profile that was applied; undefined as long as none had one. */
  readonly profileVersion: number | undefined;
  /** The issuer has disabled the account. The application refuses every way in, its own passwords and API keys too. */
  readonly disabled: boolean;
  /** When, on the issuer's clock, it said what `disabled` says; undefined as long as it said nothing. */
  readonly accountStateAt: Date | undefined;
  readonly closed: boolean;
}

export type LinkChange = Partial<Pick<Link, 'profileVersion' | 'disabled' | 'accountStateAt' | 'closed'>>;

/** Thrown by the inserts and updates below where a unique key refuses. */
export class LocalUserTakenError extends Error {
  override readonly name = 'LocalUserTakenError';
  readonly code: 'ERR_LOCAL_USERNAME_TAKEN' | 'ERR_LOCAL_EMAIL_TAKEN' | 'ERR_LINK_TAKEN';
  constructor(code: LocalUserTakenError['code'], options?: ErrorOptions) {
    super('a local user or a link has this already', options);
    this.code = code;
  }
}

/** Local users and links inside an exclusive section. A row that is not there is undefined; changing one throws. */
export interface LocalUserRecords {
  /** Compares issuer and `sub` byte by byte: many databases' default comparison takes `A` for `a`. Closed ones too. */
  findLink(subject: Subject): Promise<Link | undefined>;
  /** Every link that the local user ever had; at most one is open. */
  linksOf(localUserId: string): Promise<readonly Link[]>;
  findUser(id: string): Promise<LocalUser | undefined>;
  /** False where a user has that name, as the application compares names, or where it lets nobody have it. */
  isUsernameFree(username: string): Promise<boolean>;
  /** As the application compares addresses. More than one where it does not hold them unique. */
  findUsersByEmail(email: string): Promise<readonly LocalUser[]>;
  /** @throws {LocalUserTakenError} `ERR_LOCAL_USERNAME_TAKEN`, `ERR_LOCAL_EMAIL_TAKEN` */
  insertUser(user: NewLocalUser): Promise<LocalUser>;
  /** Sends the user no mail about it. @throws {LocalUserTakenError} `ERR_LOCAL_EMAIL_TAKEN` */
  updateUser(id: string, change: LocalUserChange): Promise<void>;
  /** @throws {LocalUserTakenError} `ERR_LINK_TAKEN`: the subject has a link, open or closed, or the local user an open one */
  insertLink(link: Link): Promise<void>;
  updateLink(subject: Subject, change: LinkChange): Promise<void>;
  /**
   * Leaves the issuer as the only way in: removes password, application and bot passwords, API keys and what is under way
   * to reset or change one, and ends all local sessions.
   */
  removeLocalCredentials(localUserId: string): Promise<void>;
  /** Removes what the application itself knows of the person beyond `LocalUserChange`; what they wrote stays. */
  removePrivateData(localUserId: string): Promise<void>;
}

/** The application's user table and the links, shared by all its processes. */
export interface LocalUsers {
  /**
   * Does the work alone: no other section, in whatever process, runs at the same time, and either all of the work is kept
   * or, when it throws, nothing. Keep it short: nothing is awaited in it but the records.
   */
  exclusively<Result>(work: (records: LocalUserRecords) => Promise<Result>): Promise<Result>;
}
