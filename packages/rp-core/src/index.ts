export { verifyApiToken, type ApiToken } from './api/verify-api-token.ts';
export type { ShowPage } from './answers.ts';
export type { SignedInPerson } from './endpoints/endpoint-parts.ts';
export type { AdoptionProofStore, StoredAdoptionProof } from './linking/adoption-proof-store.ts';
export { Linker, type LinkerSettings } from './linking/linker.ts';
export type { LinkingEntry, LinkingLog } from './linking/linking-log.ts';
export {
  LocalUserTakenError,
  type Link,
  type LinkChange,
  type LocalUser,
  type LocalUserChange,
  type LocalUserRecords,
  type LocalUsers,
  type NewLocalUser,
} from './linking/local-users.ts';
export { ProveAdoption, type LocalProofs } from './linking/prove-adoption.ts';
export type { Subject } from './linking/subject.ts';
export type { OneTimeStore } from './one-time-store.ts';
export { escapeHtml } from './pages/escape-html.ts';
export { pageContent, type Page } from './pages/page.ts';
export { sessionElement } from './pages/session-element.ts';
export type { RelyingPartyLog } from './relying-party-log.ts';
export { RelyingParty, type RecognisedVisit, type RelyingPartyParts, type SignedInVisitor } from './relying-party.ts';
export type { LocalSession, LocalSessionChange } from './session/local-session.ts';
export type { EndedSessions, LocalSessionStore } from './session/local-session-store.ts';
export type { RelyingPartySettings } from './settings.ts';
