import type { Claims } from './claims.ts';

/**
 * What the application does when the issuer tells of a change of a person. Each returns when the change is committed and
 * throws when it is not: then the issuer sends the event again. An event may come twice, late, or after a younger one, so
 * doing the same again must do no harm, and what is older than what the application knows must change nothing. A person
 * who was never here is no error.
 */
export interface AccountEvents {
  /**
   * Claims have new values: those that the person granted this application.
   * @param claims as the issuer wrote them; `profile_version`, where the issuer counts, is an integer not below 0
   * @see OpenID Continuous Access Evaluation Profile 1.0, section 3.2
   */
  claimsChanged(issuer: string, sub: string, claims: Claims): Promise<void>;
  /**
   * The account is disabled; its sessions here have been ended.
   * @param occurredAt on the issuer's clock; compare it with what `enabled` told
   * @see OpenID RISC Profile 1.0, account-disabled
   */
  disabled(issuer: string, sub: string, occurredAt: Date): Promise<void>;
  /** @see OpenID RISC Profile 1.0, account-enabled */
  enabled(issuer: string, sub: string, occurredAt: Date): Promise<void>;
  /**
   * The account is gone for ever and its `sub` will not come back; its sessions here have been ended.
   * @see OpenID RISC Profile 1.0, account-purged
   */
  purged(issuer: string, sub: string, occurredAt: Date): Promise<void>;
}
