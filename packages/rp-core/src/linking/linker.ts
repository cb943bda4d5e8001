import { applyAccountState, closeLink, type AccountStateResult } from './account-state.ts';
import { proofStanding, type AdoptionProof } from './adoption-proof.ts';
import {
  decideLink,
  type AdoptSetting,
  type AdoptionCandidate,
  type LinkDecision,
  type LinkFacts,
  type LinkState,
  type ProofWay,
  type RefuseReason,
} from './decide-link.ts';
import { isSameEmailAddress, maskEmailAddress } from './email-address.ts';
import type { LinkingEntry, LinkingLog } from './linking-log.ts';
import { localUsernameCandidates, usernameDiffers } from './local-username.ts';
import {
  LocalUserTakenError,
  type Link,
  type LocalUser,
  type LocalUserRecords,
  type LocalUsers,
} from './local-users.ts';
import { subjectOf, type Subject } from './subject.ts';
import { planEmail, type EmailHolder, type EmailPlan, type EmailRule } from './plan-email.ts';
import { planProfileUpdate } from './plan-profile-update.ts';
import type { Profile } from './profile.ts';
import { seconds } from './seconds.ts';
import type { UsernameRule } from './username-rules.ts';

export interface LinkerSettings {
  readonly usernameRule: UsernameRule;
  readonly adopt: AdoptSetting;
  /** Which proofs the application offers. */
  readonly proofWays: readonly ProofWay[];
  readonly emailRule: EmailRule;
}

export interface SignInCircumstances {
  /** `silent`: the browser was sent without the person asking for it (`prompt=none`). */
  readonly how: 'interactive' | 'silent';
  /** `iat` of the ID token. */
  readonly issuedAt: Date;
  readonly now: Date;
  /** What the proof page left for this subject. */
  readonly proof?: AdoptionProof | undefined;
}

export type SignInResult =
  | {
      readonly kind: 'user';
      readonly localUserId: string;
      readonly username: string;
      readonly created: boolean;
      readonly adopted: boolean;
      /** The local name is not the issuer's: tell the person, at the latest when the user was created. */
      readonly usernameDiffers: boolean;
      /** Whose address moved on to this person: their sessions need a full profile read, without `If-None-Match`. */
      readonly displaced: readonly Subject[];
    }
  /** Nothing was changed. Ask with `ProveAdoption`, then sign in again with what came of it. */
  | {
      readonly kind: 'proof';
      readonly localUserId: string;
      readonly username: string;
      readonly maskedEmail: string | undefined;
      readonly ways: readonly ProofWay[];
    }
  | { readonly kind: 'wait' }
  | { readonly kind: 'refused'; readonly reason: RefuseReason | 'no-username-free' };

export type ApplyResult =
  | {
      readonly kind: 'applied';
      readonly localUserId: string;
      /** As in `SignInResult`. */
      readonly displaced: readonly Subject[];
    }
  | { readonly kind: 'stale'; readonly localUserId: string }
  /** Never signed in here. */
  | { readonly kind: 'unknown-subject' }
  /** May not be here any more: their sessions must end. */
  | { readonly kind: 'refused'; readonly reason: RefuseReason };

const attempts = 3;

/**
 * Keeps local users true to what the issuer says: finds or makes a person's local user at sign-in, applies news of
 * their profile and account. Everything is decided on what stands in the records inside one exclusive section, so twenty first visits
 * at the same moment make one local user.
 */
export class Linker {
  readonly #users: LocalUsers;
  readonly #settings: LinkerSettings;
  readonly #log: LinkingLog;
  constructor(users: LocalUsers, settings: LinkerSettings, log: LinkingLog) {
    this.#users = users;
    this.#settings = settings;
    this.#log = log;
  }

  /** Who the person is here. The profile must come from a verified answer of the issuer to this very sign-in. */
  async signIn(profile: Profile, circumstances: SignInCircumstances): Promise<SignInResult> {
    return await this.#exclusively(
      async (records, entries) => await new Section(records, this.#settings, entries).signIn(profile, circumstances),
    );
  }

  /** Takes over what the issuer says now: the answer to a heartbeat, or an event. It never makes a user. */
  async applyProfile(profile: Profile): Promise<ApplyResult> {
    return await this.#exclusively(
      async (records, entries) => await new Section(records, this.#settings, entries).applyProfile(profile),
    );
  }

  /**
   * The issuer has disabled the account. Ends the local user's sessions and other ways in.
   * @param at when it happened at the issuer (`toe`); news that is older than what is known changes nothing
   */
  async disable(subject: Subject, at: Date): Promise<AccountStateResult> {
    return await this.#exclusively(
      async (records, entries) => await applyAccountState(records, entries, subject, { disabled: true, at }),
    );
  }

  /** The issuer has enabled the account again. Lifts nothing that the application itself imposed. */
  async enable(subject: Subject, at: Date): Promise<AccountStateResult> {
    return await this.#exclusively(
      async (records, entries) => await applyAccountState(records, entries, subject, { disabled: false, at }),
    );
  }

  /** The issuer has purged the account: the link is closed for ever, the person's data goes, what they wrote stays. */
  async close(subject: Subject): Promise<AccountStateResult> {
    return await this.#exclusively(
      async (records, entries) => await closeLink(records, entries, subject, this.#settings.emailRule),
    );
  }

  async #exclusively<Result>(
    work: (records: LocalUserRecords, entries: LinkingEntry[]) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const entries: LinkingEntry[] = [];
      try {
        const result = await this.#users.exclusively(async (records) => await work(records, entries));
        for (const entry of entries) this.#log.record(entry);
        return result;
      } catch (error) {
        // Somebody signed up at the application itself in between; what stands there now is decided on afresh.
        if (!(error instanceof LocalUserTakenError) || attempt === attempts) throw error;
      }
    }
  }
}

/** The work of one exclusive section. */
class Section {
  readonly #records: LocalUserRecords;
  readonly #settings: LinkerSettings;
  readonly #entries: LinkingEntry[];
  constructor(records: LocalUserRecords, settings: LinkerSettings, entries: LinkingEntry[]) {
    this.#records = records;
    this.#settings = settings;
    this.#entries = entries;
  }

  async signIn(profile: Profile, circumstances: SignInCircumstances): Promise<SignInResult> {
    const link = await this.#records.findLink(profile);
    const linked = link && (await this.#records.findUser(link.localUserId));
    const sameEmail = link ? [] : await this.#usersWithEmail(profile);
    const decision = decideLink(await this.#facts(profile, circumstances, link, linked, sameEmail));
    switch (decision.kind) {
      case 'wait':
        return { kind: 'wait' };
      case 'refuse':
        return this.#refused(profile, decision.reason, link);
      case 'ask-proof':
        return this.#proof(decision, sameEmail);
      case 'create':
        return await this.#create(profile, decision.reason);
      case 'adopt': {
        const localUser = sameEmail.find(({ id }) => id === decision.localUserId);
        if (!localUser) throw new Error('decided to adopt a local user who is no candidate');
        return await this.#adopt(profile, localUser, decision.reason);
      }
      case 'use': {
        if (!link || !linked) throw new Error('decided to use a link that is not there');
        if (decision.reason === 'enabled-since') await this.#enableSince(link, circumstances.issuedAt);
        const displaced = await this.#update(profile, linked, link);
        return this.#user(profile, linked, { displaced });
      }
    }
  }

  async applyProfile(profile: Profile): Promise<ApplyResult> {
    const link = await this.#records.findLink(profile);
    if (!link) return { kind: 'unknown-subject' };
    const localUser = await this.#records.findUser(link.localUserId);
    const reason = refusal(link, localUser);
    if (!localUser || reason !== undefined) return { kind: 'refused', reason: reason ?? 'local-user-missing' };
    const displaced = await this.#update(profile, localUser, link);
    return displaced
      ? { kind: 'applied', localUserId: localUser.id, displaced }
      : { kind: 'stale', localUserId: localUser.id };
  }

  async #facts(
    profile: Profile,
    { how, issuedAt, proof, now }: SignInCircumstances,
    link: Link | undefined,
    linked: LocalUser | undefined,
    sameEmail: readonly LocalUser[],
  ): Promise<LinkFacts> {
    const candidates: AdoptionCandidate[] = [];
    for (const { id, hasElevatedRights, emailConfirmed, disabled } of sameEmail) {
      const everLinked = (await this.#records.linksOf(id)).length > 0;
      candidates.push({ localUserId: id, everLinked, hasElevatedRights, emailConfirmed, disabled });
    }
    const [username] = localUsernameCandidates(this.#settings.usernameRule, profile);
    return {
      link: linkState(link, linked),
      how,
      issuedAtSeconds: seconds(issuedAt),
      emailVerified: profile.emailVerified,
      sameEmail: candidates,
      usernameHeld: !link && username !== undefined && !(await this.#records.isUsernameFree(username)),
      adopt: this.#settings.adopt,
      proofWays: this.#settings.proofWays,
      proof: proofStanding(proof, profile, seconds(now)),
    };
  }

  /**
   * Local users with exactly this address. Databases also find others' (`é` for `e`): these hold the address against a new user,
   * but are nobody to adopt.
   */
  async #usersWithEmail({ email }: Profile): Promise<readonly LocalUser[]> {
    if (email === undefined) return [];
    const found = await this.#records.findUsersByEmail(email);
    return found.filter((user) => user.email !== undefined && isSameEmailAddress(user.email, email));
  }

  async #holders({ email }: Profile, exceptId: string | undefined): Promise<readonly EmailHolder[]> {
    if (email === undefined) return [];
    const holders: EmailHolder[] = [];
    for (const user of await this.#records.findUsersByEmail(email)) {
      if (user.id === exceptId) continue;
      const open = (await this.#records.linksOf(user.id)).find((link) => !link.closed);
      const isSimilarOnly = user.email === undefined || !isSameEmailAddress(user.email, email);
      holders.push({ localUserId: user.id, subject: open && subjectOf(open), isSimilarOnly });
    }
    return holders;
  }

  #proof(decision: Extract<LinkDecision, { kind: 'ask-proof' }>, sameEmail: readonly LocalUser[]): SignInResult {
    const { localUserId, ways } = decision;
    const candidate = sameEmail.find(({ id }) => id === localUserId);
    if (!candidate) throw new Error('decided to ask about a local user who is no candidate');
    const { username, email } = candidate;
    return { kind: 'proof', localUserId, username, maskedEmail: email && maskEmailAddress(email), ways };
  }

  async #create(profile: Profile, reason: Extract<LinkDecision, { kind: 'create' }>['reason']): Promise<SignInResult> {
    const username = await this.#freeUsername(profile);
    if (username === undefined) return this.#refused(profile, 'no-username-free', undefined);
    const told = profile.email === undefined ? undefined : { address: profile.email, verified: profile.emailVerified };
    const email = planEmail({
      subject: profile,
      told,
      holders: await this.#holders(profile, undefined),
      rule: this.#settings.emailRule,
      repeated: false,
    });
    const displaced = await this.#displace(email.displaced);
    const localUser = await this.#records.insertUser({
      username,
      name: profile.name,
      email: email.change?.address,
      emailConfirmed: email.change?.confirmed ?? false,
      picture: profile.picture,
      locale: profile.locale,
      groups: profile.groups,
    });
    await this.#records.insertLink(newLink(profile, localUser.id));
    this.#entries.push({ ...subjectOf(profile), event: 'created', localUserId: localUser.id, reason });
    this.#conflict(profile, localUser.id, email.conflict);
    return this.#user(profile, localUser, { created: true, displaced });
  }

  async #adopt(
    profile: Profile,
    localUser: LocalUser,
    reason: Extract<LinkDecision, { kind: 'adopt' }>['reason'],
  ): Promise<SignInResult> {
    const link = { ...newLink(profile, localUser.id), profileVersion: undefined };
    await this.#records.insertLink(link);
    await this.#records.removeLocalCredentials(localUser.id);
    this.#entries.push({ ...subjectOf(profile), event: 'adopted', localUserId: localUser.id, reason });
    const displaced = await this.#update(profile, localUser, link);
    return this.#user(profile, localUser, { adopted: true, displaced });
  }

  /** @returns undefined where the profile is stale, else whose address moved on */
  async #update(profile: Profile, localUser: LocalUser, link: Link): Promise<readonly Subject[] | undefined> {
    const plan = planProfileUpdate({
      localUser,
      linkProfileVersion: link.profileVersion,
      profile,
      holders: await this.#holders(profile, localUser.id),
      emailRule: this.#settings.emailRule,
    });
    if (plan.kind === 'stale') return undefined;
    const displaced = await this.#displace(plan.displaced);
    if (Object.keys(plan.change).length > 0) await this.#records.updateUser(localUser.id, plan.change);
    if (plan.profileVersion !== link.profileVersion) {
      await this.#records.updateLink(link, { profileVersion: plan.profileVersion });
    }
    this.#conflict(profile, localUser.id, plan.conflict);
    return displaced;
  }

  async #displace(displaced: EmailPlan['displaced']): Promise<readonly Subject[]> {
    for (const { localUserId, subject, placeholder } of displaced) {
      await this.#records.updateUser(localUserId, { email: placeholder, emailConfirmed: false });
      this.#entries.push({ ...subjectOf(subject), event: 'email-displaced', localUserId });
    }
    return displaced.map(({ subject }) => subjectOf(subject));
  }

  async #enableSince(link: Link, issuedAt: Date): Promise<void> {
    await this.#records.updateLink(link, { disabled: false, accountStateAt: issuedAt });
    this.#entries.push({ ...subjectOf(link), event: 'enabled', localUserId: link.localUserId });
  }

  async #freeUsername(profile: Profile): Promise<string | undefined> {
    for (const candidate of localUsernameCandidates(this.#settings.usernameRule, profile)) {
      if (await this.#records.isUsernameFree(candidate)) return candidate;
    }
    return undefined;
  }

  #conflict(profile: Profile, localUserId: string, reason: EmailPlan['conflict']): void {
    if (reason) this.#entries.push({ ...subjectOf(profile), event: 'email-conflict', localUserId, reason });
  }

  #refused(profile: Profile, reason: RefuseReason | 'no-username-free', link: Link | undefined): SignInResult {
    this.#entries.push({
      ...subjectOf(profile),
      event: 'refused',
      ...(link && { localUserId: link.localUserId }),
      reason,
    });
    return { kind: 'refused', reason };
  }

  #user(
    profile: Profile,
    { id, username }: LocalUser,
    { created = false, adopted = false, displaced = [] }: UserResult,
  ): SignInResult {
    const differs = usernameDiffers(this.#settings.usernameRule, username, profile.preferredUsername);
    return { kind: 'user', localUserId: id, username, created, adopted, usernameDiffers: differs, displaced };
  }
}

interface UserResult {
  readonly created?: boolean;
  readonly adopted?: boolean;
  readonly displaced?: readonly Subject[] | undefined;
}

/** Why news of a person's profile is not taken: they may not be here. */
function refusal(link: Link, localUser: LocalUser | undefined): RefuseReason | undefined {
  if (link.closed) return 'link-closed';
  if (localUser?.disabled) return 'local-user-disabled';
  return link.disabled ? 'account-disabled' : undefined;
}

function linkState(link: Link | undefined, localUser: LocalUser | undefined): LinkState {
  if (!link) return { state: 'none' };
  if (link.closed) return { state: 'closed' };
  const state = localUser?.disabled ? 'disabled' : 'active';
  return {
    state: 'open',
    localUser: localUser ? state : 'missing',
    disabledAtSeconds: link.disabled ? seconds(link.accountStateAt ?? new Date(8.64e15)) : undefined,
  };
}

const newLink = ({ issuer, sub, profileVersion }: Profile, localUserId: string): Link => ({
  issuer,
  sub,
  localUserId,
  profileVersion,
  disabled: false,
  accountStateAt: undefined,
  closed: false,
});
