import type { CreateReason, LinkDecision, RefuseReason } from './decide-link.ts';
import type { Subject } from './subject.ts';
import type { EmailConflict } from './plan-email.ts';

type Reason<Kind extends LinkDecision['kind']> = Extract<LinkDecision, { kind: Kind }>['reason'];

/** What happened to a link. It holds no address, name, password or token, so that it can be kept. */
export type LinkingEntry = Subject &
  (
    | { readonly event: 'created'; readonly localUserId: string; readonly reason: CreateReason }
    | { readonly event: 'adopted'; readonly localUserId: string; readonly reason: Reason<'adopt'> }
    | { readonly event: 'refused'; readonly localUserId?: string; readonly reason: RefuseReason | 'no-username-free' }
    | { readonly event: 'email-conflict'; readonly localUserId: string; readonly reason: EmailConflict }
    /** This subject's local user gave its address up to another. */
    | { readonly event: 'email-displaced'; readonly localUserId: string }
    | { readonly event: 'disabled' | 'enabled' | 'closed'; readonly localUserId: string }
  );

/** Where linking reports what an administrator must be able to find again. Called once the change is kept. */
export interface LinkingLog {
  record(entry: LinkingEntry): void;
}
