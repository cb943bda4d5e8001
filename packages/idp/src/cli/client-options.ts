import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { z } from 'zod';
import { clientAuthenticationMethods, idTokenAlgorithms, type Client } from '../domain/client/client.ts';
import type { addClientInput, updateClientInput } from './command-inputs.ts';
import { CommandFailure } from './failure.ts';
import { clearable, given, type JsonOption } from './verb.ts';

/** The options that `client add` and `client update` share, as commander names them. */
interface SharedOptions extends JsonOption {
  readonly redirectUri?: string[];
  readonly authMethod?: Client['tokenEndpointAuthMethod'];
  readonly public?: boolean;
  readonly trusted?: boolean;
  readonly pkce?: boolean;
  readonly dpop?: boolean;
  readonly requirePar?: boolean;
  readonly idTokenAlg?: Client['idTokenSignedResponseAlg'];
  readonly scope?: string;
  readonly resourceScope?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
}

export interface AddOptions extends SharedOptions {
  readonly id: string;
  readonly name: string;
  readonly native?: boolean;
  readonly postLogoutRedirectUri?: string[];
  readonly backchannelLogoutUri?: string;
  readonly allowPrivateAddress?: string[];
  readonly clientUri?: string;
  readonly resource?: string;
}

/** `false` where the option was given with `--no-`. */
export interface UpdateOptions extends SharedOptions {
  readonly name?: string;
  readonly postLogoutRedirectUri?: string[] | false;
  readonly backchannelLogoutUri?: string | false;
  readonly allowPrivateAddress?: string[] | false;
  readonly clientUri?: string | false;
  readonly resource?: string | false;
}

export const describeClient = (verb: Command): Command =>
  verb
    .option('--redirect-uri <uris...>', 'where a sign-in may end; compared character by character; may be repeated')
    .option('--post-logout-redirect-uri <uris...>', 'where a sign-out may end; may be repeated')
    .option('--backchannel-logout-uri <uri>', 'is told here that a session ended')
    .option(
      '--allow-private-address <host:port...>',
      'calls for this client may go to this private or loopback address',
    )
    .option('--client-uri <url>', 'the page of the application')
    .option(
      '--scope <scopes>',
      'what it may ask for, separated by blanks (default of new clients: "openid profile email")',
    )
    .addOption(
      new Option('--auth-method <method>', 'how it proves who it is (default of new clients: client_secret_basic)')
        .choices(clientAuthenticationMethods.filter((method) => method !== 'none'))
        .conflicts(['public', 'native']),
    )
    .option('--jwks <file>', 'its public keys (JWK Set), for private_key_jwt')
    .addOption(new Option('--jwks-uri <url>', 'where its public keys are, for private_key_jwt').conflicts('jwks'))
    .addOption(
      new Option('--id-token-alg <alg>', 'how its ID tokens are signed (default of new clients: RS256)').choices(
        idTokenAlgorithms,
      ),
    )
    .option('--resource <uri>', 'it is the resource server of this API')
    .option(
      '--resource-scope <scopes>',
      'the scopes of that API, separated by blanks, such as "notes:read notes:write"',
    );

export async function readNewClient(options: AddOptions): Promise<Partial<z.input<typeof addClientInput>>> {
  return given({
    clientId: options.id,
    clientName: options.name,
    applicationType: options.native ? ('native' as const) : undefined,
    backchannelLogoutUri: options.backchannelLogoutUri,
    postLogoutRedirectUris: options.postLogoutRedirectUri,
    privateAddresses: options.allowPrivateAddress,
    clientUri: options.clientUri,
    resource: options.resource,
    ...(await readShared(options)),
    redirectUris: options.redirectUri ?? [],
  });
}

export async function readClientChange(options: UpdateOptions): Promise<Partial<z.input<typeof updateClientInput>>> {
  return given({
    clientName: options.name,
    backchannelLogoutUri: clearable(options.backchannelLogoutUri),
    postLogoutRedirectUris: emptied(options.postLogoutRedirectUri),
    privateAddresses: emptied(options.allowPrivateAddress),
    clientUri: clearable(options.clientUri),
    resource: clearable(options.resource),
    ...(await readShared(options)),
  });
}

const emptied = (option: string[] | false | undefined): string[] | undefined => (option === false ? [] : option);

const readShared = async (options: SharedOptions) => ({
  redirectUris: options.redirectUri,
  tokenEndpointAuthMethod: options.public ? ('none' as const) : options.authMethod,
  trusted: options.trusted,
  pkceRequired: options.pkce,
  dpopBoundAccessTokens: options.dpop,
  requirePushedAuthorizationRequests: options.requirePar,
  idTokenSignedResponseAlg: options.idTokenAlg,
  scope: options.scope,
  resourceScope: options.resourceScope,
  jwks: options.jwks === undefined ? undefined : await readJwks(options.jwks),
  jwksUri: options.jwksUri,
});

async function readJwks(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new CommandFailure('usage', 'ERR_USAGE', `the file ${JSON.stringify(file)} cannot be read (${code})`, {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandFailure('usage', 'ERR_USAGE', `the file ${JSON.stringify(file)} holds no JSON`, { cause });
  }
}
