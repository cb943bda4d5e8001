import type { Client } from './client.ts';

export interface ClientStore {
  /** Disabled ones too. */
  find(clientId: string): Promise<Client | undefined>;
  /** As `find`; until the transaction ends nobody else changes or removes the client. */
  findForUpdate(clientId: string): Promise<Client | undefined>;
  findByResource(resource: string): Promise<Client | undefined>;
  list(): Promise<readonly Client[]>;
  /** False when the `clientId` or the `resource` is taken. */
  insert(client: Omit<Client, 'createdAt' | 'updatedAt' | 'disabledAt'>): Promise<boolean>;
  /** Replaces everything but the times and the secret. False when it is not there or another client has the resource. */
  update(client: Omit<Client, 'createdAt' | 'updatedAt' | 'disabledAt' | 'secretHash'>): Promise<boolean>;
  /** Undefined when the client no longer has a secret. */
  setSecretHash(clientId: string, secretHash: Buffer | undefined): Promise<boolean>;
  setDisabled(clientId: string, disabled: boolean): Promise<Client | undefined>;
  remove(clientId: string): Promise<boolean>;
}
