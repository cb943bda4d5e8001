import { accepted, refused, type Checked } from '../account/checked.ts';

/** Checks a `client_id`: 1 to 64 letters, digits, `.`, `_` and `-`, starting with a letter or digit. Case counts. */
export const checkClientId = (clientId: string): Checked<'ERR_CLIENT_ID'> =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(clientId)
    ? accepted(clientId)
    : refused(
        'ERR_CLIENT_ID',
        'the client id must have 1 to 64 letters, digits, dots, underscores and hyphens, and start with a letter or digit',
      );
