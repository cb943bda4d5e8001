export type { AddressOptions, ApplicationAddresses } from './addresses.ts';
export { ApplicationKindError, type ApplicationKindErrorCode } from './application-kind-error.ts';
export type { ApplicationKind, PasswordVerifierOptions } from './application-kind.ts';
export type { ApplicationUser } from './application-user.ts';
export type { ClientDefaults } from './client-defaults.ts';
export type {
  ApplicationAnswer,
  AskApplication,
  ConnectionProblem,
  ConnectionProblemCode,
  ExpectedConnection,
  NoAnswer,
  NoAnswerReason,
} from './connection-check.ts';
export type {
  ConnectionSettings,
  PasteableSettings,
  PreparedSettingsFile,
  SettingsFile,
} from './connection-settings.ts';
export type { PasswordVerifier } from './password-verifier.ts';
export { jsonRows } from './rows/json-rows.ts';
export { mysqlBatchRows } from './rows/mysql-batch-rows.ts';
export type { UserRow, UserRows } from './rows/user-rows.ts';
export type { UsernameRules } from './username-rules.ts';
