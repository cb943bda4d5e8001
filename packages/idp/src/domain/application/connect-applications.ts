import type {
  ApplicationAddresses,
  ApplicationKind,
  AskApplication,
  ConnectionProblem,
} from '@latchkey/application-kind';
import { changedRegistration, type ClientChange } from '../client/client-change.ts';
import { ClientError } from '../client/client-error.ts';
import type { Client } from '../client/client.ts';
import type { ClientWithSecret, ManageClients } from '../client/manage-clients.ts';
import { hasSecret, registerClient, type ClientMetadata, type ClientRegistration } from '../client/register-client.ts';
import type { SecurityEvent } from '../security-event/security-event.ts';
import { ApplicationError } from './application-error.ts';
import { readApplicationHome } from './application-home.ts';
import { defaultClientId } from './default-client-id.ts';

type ChangedBy = Pick<SecurityEvent, 'actor' | 'network'>;

/** Which application is meant. */
export interface ApplicationReference {
  readonly kind: string;
  readonly url: string;
  /** The application's host and path unless given. */
  readonly clientId?: string | undefined;
  readonly rewriting: boolean;
}

export interface RegisterApplication extends ApplicationReference {
  readonly clientName?: string | undefined;
  /** Replace the exceptions of the client; left out, they stay. */
  readonly privateAddresses?: readonly string[] | undefined;
  /** The secret that the application has already. */
  readonly presentSecret?: string | undefined;
  /** Whoever asks has to write a secret down: the present one, where it is right, or a new one. */
  readonly needsSecret: boolean;
  /** A secret that exists may be replaced; it is void at once. */
  readonly rotateSecret: boolean;
  /** Only tells what would be done. */
  readonly dryRun: boolean;
}

export interface RegisteredApplication {
  readonly kind: ApplicationKind;
  readonly home: URL;
  readonly issuer: string;
  readonly addresses: ApplicationAddresses;
  readonly before: ClientMetadata | undefined;
  readonly client: ClientMetadata;
  /** What becomes, or without `dryRun` became, of its secret. */
  readonly secret: 'new' | 'kept';
  /** The only time that anybody sees it; undefined when it was kept, and with `dryRun`. */
  readonly clientSecret: string | undefined;
}

export interface CheckedApplication {
  readonly checkUri: string;
  /** Empty when it is connected. */
  readonly problems: readonly ConnectionProblem[];
}

export interface ConnectApplicationsOptions {
  readonly kinds: readonly ApplicationKind[];
  readonly issuer: string;
  readonly clients: Pick<ManageClients, 'add' | 'show' | 'update' | 'rotateSecret'>;
  /** Whether this secret is the one that is stored as this hash. */
  readonly isClientSecret: (secret: string, secretHash: Buffer) => boolean;
  /** Asks under the address rules, with these exceptions. */
  readonly ask: (privateAddresses: readonly string[]) => AskApplication;
}

/** Registers the clients of whole applications, with everything that their kind needs, and sees whether they are connected. */
export class ConnectApplications {
  readonly #kinds: readonly ApplicationKind[];
  readonly #issuer: string;
  readonly #clients: ConnectApplicationsOptions['clients'];
  readonly #isClientSecret: ConnectApplicationsOptions['isClientSecret'];
  readonly #ask: ConnectApplicationsOptions['ask'];

  constructor(options: ConnectApplicationsOptions) {
    this.#kinds = options.kinds;
    this.#issuer = options.issuer;
    this.#clients = options.clients;
    this.#isClientSecret = options.isClientSecret;
    this.#ask = options.ask;
  }

  /**
   * Registers the application, or brings its client to what it should be. Doing it again changes nothing.
   * @throws {ApplicationError} also {ClientError}; then nothing was changed
   */
  async register(request: RegisterApplication, by: ChangedBy): Promise<RegisteredApplication> {
    const place = this.#place(request);
    const { clientId, ...rest } = place;
    const before = await this.#find(clientId);
    if (before === undefined) {
      const registration = newRegistration(request, place);
      const added = request.dryRun ? planned(registration) : await this.#clients.add(registration, by);
      return { ...rest, before, client: added.client, secret: 'new', clientSecret: added.clientSecret };
    }
    this.#refuseForeign(before, place);
    const change = changeOf(request, place, before);
    const gainsSecret = !hasSecret(before.tokenEndpointAuthMethod);
    const rotates = !gainsSecret && this.#rotates(request, before);
    const { client, clientSecret } = request.dryRun
      ? planned(changedRegistration(before, change))
      : await this.#change(before.clientId, change, rotates, by);
    return { ...rest, before, client, secret: gainsSecret || rotates ? 'new' : 'kept', clientSecret };
  }

  /** @throws {ApplicationError} also {ClientError} `ERR_CLIENT_NOT_FOUND` */
  async check(reference: ApplicationReference): Promise<CheckedApplication> {
    const { kind, home, issuer, addresses, clientId } = this.#place(reference);
    const { privateAddresses } = await this.#clients.show(clientId);
    const ask = this.#ask(privateAddresses);
    return { checkUri: addresses.check, problems: await kind.check({ issuer, clientId, home, addresses }, ask) };
  }

  #place({ kind: name, url, clientId, rewriting }: ApplicationReference) {
    const kind = this.#kinds.find((known) => known.name === name);
    if (!kind) {
      const names = this.#kinds.map((known) => known.name).join(', ');
      throw new ApplicationError('ERR_APPLICATION_KIND', `there is no such kind of application (known: ${names})`);
    }
    const home = readApplicationHome(url, kind);
    const addresses = kind.addresses(home, { rewriting });
    return { kind, home, issuer: this.#issuer, addresses, clientId: clientId ?? defaultClientId(home) };
  }

  async #find(clientId: string): Promise<Client | undefined> {
    try {
      return await this.#clients.show(clientId);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'ERR_CLIENT_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** A mistyped id must not turn the client of another application around, nor wake a disabled one. */
  #refuseForeign(before: Client, { kind, home }: Place): void {
    const callbacks = [true, false].map((rewriting) => kind.addresses(home, { rewriting }).callback);
    const isItsOwn = before.clientUri === pageOf(home) || before.redirectUris.some((uri) => callbacks.includes(uri));
    const id = before.clientId;
    if (!isItsOwn) {
      throw new ApplicationError(
        'ERR_CLIENT_OF_ANOTHER',
        `the client ${id} belongs to another address: choose another --id; or, if it has moved here, say so first: latchkey client update ${id} --client-uri ${pageOf(home)}`,
      );
    }
    if (before.disabledAt !== undefined) {
      throw new ApplicationError(
        'ERR_CLIENT_DISABLED',
        `the client ${id} is disabled, and nobody can sign in through it: latchkey client enable ${id}`,
      );
    }
  }

  #rotates({ presentSecret, needsSecret, rotateSecret }: RegisterApplication, before: Client): boolean {
    if (rotateSecret) return true;
    const isRight =
      presentSecret !== undefined &&
      before.secretHash !== undefined &&
      this.#isClientSecret(presentSecret, before.secretHash);
    if (needsSecret && !isRight) {
      throw new ApplicationError(
        'ERR_SECRET_NEEDED',
        `the client ${before.clientId} has a secret that cannot be shown again: --rotate-secret makes a new one, and the old one is void at once`,
      );
    }
    return false;
  }

  async #change(clientId: string, change: ClientChange, rotates: boolean, by: ChangedBy): Promise<ClientWithSecret> {
    const updated = await this.#clients.update(clientId, change, by);
    return rotates ? this.#clients.rotateSecret(clientId, by) : updated;
  }
}

type Place = Pick<RegisteredApplication, 'kind' | 'home' | 'addresses'>;

/** The application's own page, by which its client is recognised. */
const pageOf = (home: URL): string => (home.href.endsWith('/') ? home.href : `${home.href}/`);

/** What follows from kind and place, whatever the client was before. */
const fromPlace = ({ kind, home, addresses }: Place) => ({
  redirectUris: [addresses.callback],
  postLogoutRedirectUris: [addresses.signedOut],
  backchannelLogoutUri: addresses.backchannel,
  clientUri: pageOf(home),
  trusted: true,
  pkceRequired: kind.clientDefaults.pkceRequired,
  dpopBoundAccessTokens: false,
  requirePushedAuthorizationRequests: false,
  idTokenSignedResponseAlg: kind.clientDefaults.idTokenSignedResponseAlg,
});

const newRegistration = (
  request: RegisterApplication,
  place: Place & { readonly clientId: string },
): ClientRegistration => ({
  ...fromPlace(place),
  clientId: place.clientId,
  clientName: request.clientName ?? `${place.home.host}${place.home.pathname.replace(/\/$/, '')}`,
  scope: place.kind.clientDefaults.scope,
  tokenEndpointAuthMethod: place.kind.clientDefaults.tokenEndpointAuthMethod,
  privateAddresses: request.privateAddresses,
});

/** Whatever the administrator added to it stays: a name, more scopes, exceptions, the other way to send its secret. */
const changeOf = (request: RegisterApplication, place: Place, before: Client): ClientChange => ({
  ...fromPlace(place),
  clientName: request.clientName,
  scope: [...new Set([before.scope, place.kind.clientDefaults.scope].flatMap((scope) => scope.split(' ')))].join(' '),
  tokenEndpointAuthMethod: hasSecret(before.tokenEndpointAuthMethod)
    ? undefined
    : place.kind.clientDefaults.tokenEndpointAuthMethod,
  privateAddresses: request.privateAddresses,
});

function planned(registration: ClientRegistration): {
  readonly client: ClientMetadata;
  readonly clientSecret: undefined;
} {
  const registered = registerClient(registration);
  if (registered.problems) throw new ClientError(registered.problems);
  return { client: registered.client, clientSecret: undefined };
}
