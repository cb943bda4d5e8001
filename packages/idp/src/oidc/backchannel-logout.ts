import type { Client, Provider } from 'oidc-provider';
import type { SignOutNotifier } from '../domain/session/end-sessions.ts';
import type { EndedSessionClient } from '../domain/session/session-store.ts';
import type { SessionNames } from '../secrets/session-names.ts';
import { privateAddressesOf } from './client-metadata.ts';

/** The engine's own sender, which it does not publish a type for. */
interface LogoutTokenSender {
  readonly backchannelLogoutUri?: string | undefined;
  backchannelLogout(sub: string, sid: string): Promise<void>;
}

export interface BackchannelLogoutParts {
  readonly provider: () => Provider;
  readonly names: SessionNames;
  /** Runs work during which outgoing calls may reach these `HOST:PORT` pairs although they are private. */
  readonly withPrivateAddresses: <T>(addresses: readonly string[], work: () => T) => T;
  readonly onFailure: (clientId: string, error: unknown) => void;
}

/**
 * Sends logout tokens (OpenID Connect Back-Channel Logout 1.0), one per session and client, each with `sid`: once and
 * best effort.
 */
export class BackchannelLogout implements SignOutNotifier {
  readonly #parts: BackchannelLogoutParts;
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: BackchannelLogoutParts) {
    this.#parts = parts;
  }

  notify(clients: readonly EndedSessionClient[]): void {
    for (const ended of clients) {
      const sending = this.#send(ended)
        .catch((error: unknown) => this.#parts.onFailure(ended.clientId, error))
        .finally(() => this.#underWay.delete(sending));
      this.#underWay.add(sending);
    }
  }

  /** Resolves when all that is under way has been answered or given up. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send({ sessionUid, accountId, clientId }: EndedSessionClient): Promise<void> {
    const client = (await this.#parts.provider().Client.find(clientId)) as (Client & LogoutTokenSender) | undefined;
    if (client?.backchannelLogoutUri === undefined) return;
    await this.#parts.withPrivateAddresses(privateAddressesOf(client), () =>
      client.backchannelLogout(accountId, this.#parts.names.sid(sessionUid, clientId)),
    );
  }
}
