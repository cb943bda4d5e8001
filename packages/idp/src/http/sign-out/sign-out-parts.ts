import type { Provider } from 'oidc-provider';
import type { EndSessions } from '../../domain/session/end-sessions.ts';
import type { HintCookie } from '../../oidc/hint-cookie.ts';
import type { SessionNames } from '../../secrets/session-names.ts';
import type { CurrentSession } from '../current-session.ts';
import type { Pages } from '../pages.ts';

export interface SignOutParts {
  readonly provider: () => Provider;
  readonly pages: Pages;
  readonly currentSession: CurrentSession;
  readonly endSessions: EndSessions;
  readonly names: SessionNames;
  readonly hint: HintCookie;
}

/** What the confirmation form is for. */
export const signOutPurpose = 'sign-out';
