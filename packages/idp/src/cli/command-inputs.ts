import { z } from 'zod';
import { clientAuthenticationMethods, idTokenAlgorithms } from '../domain/client/client.ts';

// The shapes of what comes through the control socket. Whether a value is good is for the domain to say; here only
// its type matters, and that nothing comes along that nobody asked for. `null` clears.

const text = z.string();
const texts = z.array(z.string());

export const accountReference = z.strictObject({ account: text });

export const addAccountInput = z.strictObject({
  username: text,
  email: text.optional(),
  emailVerified: z.boolean().optional(),
  name: text.optional(),
  groups: texts.optional(),
  locale: text.optional(),
  picture: text.optional(),
  password: text.optional(),
});

export const updateAccountInput = z.strictObject({
  account: text,
  email: text.nullable().optional(),
  emailVerified: z.boolean().optional(),
  name: text.nullable().optional(),
  groups: texts.optional(),
  locale: text.nullable().optional(),
  picture: text.nullable().optional(),
  password: text.optional(),
});

export const clientReference = z.strictObject({ clientId: text });

const clientOptions = {
  tokenEndpointAuthMethod: z.enum(clientAuthenticationMethods).optional(),
  postLogoutRedirectUris: texts.optional(),
  scope: text.optional(),
  idTokenSignedResponseAlg: z.enum(idTokenAlgorithms).optional(),
  trusted: z.boolean().optional(),
  pkceRequired: z.boolean().optional(),
  dpopBoundAccessTokens: z.boolean().optional(),
  requirePushedAuthorizationRequests: z.boolean().optional(),
  privateAddresses: texts.optional(),
  jwks: z.unknown().optional(),
  jwksUri: text.optional(),
  resourceScope: text.optional(),
};

export const addClientInput = z.strictObject({
  clientId: text,
  clientName: text,
  redirectUris: texts,
  applicationType: z.enum(['web', 'native']).optional(),
  backchannelLogoutUri: text.optional(),
  clientUri: text.optional(),
  resource: text.optional(),
  ...clientOptions,
});

export const updateClientInput = z.strictObject({
  clientId: text,
  clientName: text.optional(),
  redirectUris: texts.optional(),
  backchannelLogoutUri: text.nullable().optional(),
  clientUri: text.nullable().optional(),
  resource: text.nullable().optional(),
  ...clientOptions,
});

export const applicationReference = z.strictObject({
  kind: text,
  url: text,
  clientId: text.optional(),
  rewriting: z.boolean(),
});

export const registerApplicationInput = z.strictObject({
  ...applicationReference.shape,
  clientName: text.optional(),
  privateAddresses: texts.optional(),
  presentSecret: text.optional(),
  needsSecret: z.boolean(),
  rotateSecret: z.boolean(),
  dryRun: z.boolean(),
});

export const noInput = z.strictObject({});
