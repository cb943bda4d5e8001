/** A local user as the application's table has it. Nothing in it is checked by our rules. */
export interface ApplicationUser {
  /** The application's own key. */
  readonly id: string;
  /** What the person signs in with there. */
  readonly username: string;
  readonly email: string | undefined;
  readonly displayName: string;
  /** All rights that go beyond being a user at all, by the application's names; empty for none. */
  readonly roles: readonly string[];
  /** In one of the application's formats; undefined when no password can be right. */
  readonly passwordHash: string | undefined;
}
