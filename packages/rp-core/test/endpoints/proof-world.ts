import assert from 'node:assert/strict';
import type { StoredLocalUser } from '../linking/in-memory-local-users.ts';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';

export const rightPassword = 'the local password of old-alice';

/**
 * An application that has a local user `old-alice` from before, with the address that the issuer has verified for alice.
 * @param username of the local user
 */
export class ProofWorld {
  readonly world: ApplicationWorld;
  readonly old: StoredLocalUser;
  /** The tokens that were mailed, the newest last. */
  readonly mailed: readonly string[];
  /** The passwords that were checked. */
  readonly checked: readonly string[];

  private constructor(world: ApplicationWorld, old: StoredLocalUser, mailed: string[], checked: string[]) {
    this.world = world;
    this.old = old;
    this.mailed = mailed;
    this.checked = checked;
  }

  static async open(username = 'old-alice'): Promise<ProofWorld> {
    const [mailed, checked]: [string[], string[]] = [[], []];
    const world: ApplicationWorld = await ApplicationWorld.open({
      linker: { adopt: 'proof', proofWays: ['password', 'mail'] },
      proofs: {
        describe: async (id) => world.users.users.find((user) => user.id === id),
        isPasswordRight: async (_id, password) => {
          checked.push(password);
          return password === rightPassword;
        },
        sendLink: async (_id, token) => {
          mailed.push(token);
        },
      },
    });
    const old = world.users.signUp({ username, name: 'Alice from before', email: 'alice@example.org' });
    for (const [name, email] of [
      ['alice', 'alice@example.org'],
      ['berta', 'berta@example.org'],
    ] as const) {
      world.issuer.people.set(name, {
        name,
        preferred_username: name,
        email,
        email_verified: true,
        profile_version: 1,
      });
    }
    return new ProofWorld(world, old, mailed, checked);
  }

  /** Signs in by a click as far as the proof page. */
  async arrive(browser: Browser, to = '/page'): Promise<void> {
    assert.equal(locationOf(await browser.signIn({ sub: 'alice', sid: 's1' }, to)), '/latchkey/proof');
  }

  /** Nobody is linked, and the local user is as it was. */
  isUntouched(): void {
    assert.deepEqual(this.world.users.links, []);
    assert.deepEqual(this.world.users.users, [this.old]);
    assert.deepEqual(this.world.sessions.all(), []);
  }

  isAdoptedBy(browser: Browser): void {
    const { world, old } = this;
    assert.deepEqual(
      world.users.links.map(({ sub, localUserId }) => [sub, localUserId]),
      [['alice', old.id]],
    );
    assert.equal(world.users.user(old.id).hasLocalCredentials, false);
    assert.equal(world.session().localUserId, old.id);
    assert.ok(browser.cookie('app-session'));
    assert.equal(browser.cookie('app-pending'), undefined);
  }
}

/** Sends a form of the proof page as it stands there. */
export const submit = async (
  browser: Browser,
  action: string,
  fields: Record<string, string> = {},
  path = '/latchkey/proof',
): Promise<Response> => {
  const text = await (await browser.get(path)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  return browser.post('/latchkey/proof', { csrf, action, ...fields });
};
