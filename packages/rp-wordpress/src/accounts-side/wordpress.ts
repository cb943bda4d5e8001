import type { ApplicationKind } from '@latchkey/application-kind';
import { wordpressAddresses } from './connection/addresses.ts';
import { checkConnection } from './connection/check-connection.ts';
import { homeFault } from './connection/home-fault.ts';
import { constantLines } from './connection/php-constants.ts';
import { findSettingsFile } from './connection/settings-file.ts';
import { legacyMd5Verifier } from './passwords/legacy-md5.ts';
import { phpassVerifier } from './passwords/phpass.ts';
import { plainBcryptVerifier, prehashedBcryptVerifier } from './passwords/bcrypt.ts';
import { preferredUsernameOf } from './users/preferred-username.ts';
import { readUsers } from './users/read-users.ts';

/** WordPress 6.1 and later with the Latchkey plugin. */
export const wordpress: ApplicationKind = {
  name: 'wordpress',
  title: 'WordPress',
  homeFault,
  addresses: wordpressAddresses,
  clientDefaults: {
    scope: 'openid profile email groups',
    idTokenSignedResponseAlg: 'ES256',
    tokenEndpointAuthMethod: 'client_secret_basic',
    pkceRequired: true,
  },
  pasteableSettings: (settings) => ({
    where: `into wp-config.php, above the line "That's all, stop editing!"`,
    lines: constantLines(settings),
  }),
  findSettingsFile,
  check: checkConnection,
  usernames: { preferredUsernameOf },
  readUsers,
  passwordVerifiers: ({ unsalted }) => [
    prehashedBcryptVerifier,
    phpassVerifier,
    plainBcryptVerifier,
    ...(unsalted ? [legacyMd5Verifier] : []),
  ],
};
