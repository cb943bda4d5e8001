import assert from 'node:assert/strict';
import { it } from 'node:test';
import { password, redirectUri } from '../support/running-provider.ts';
import { latchkey, latchkeyJson, type Outcome, type Settings } from './latchkey-program.ts';

export interface RecordedEvent {
  readonly event: string;
  readonly actor: string;
  readonly account_id: string | null;
  readonly client_id: string | null;
}

export type Run = (argv: readonly string[], input?: string) => Promise<Outcome>;
export type RunJson = (argv: readonly string[], input?: string) => Promise<Record<string, unknown>>;

export const commandsWith = (settings: Settings): { readonly run: Run; readonly json: RunJson } => ({
  run: (argv, input) => latchkey(settings, argv, input === undefined ? {} : { input }),
  json: (argv, input) => latchkeyJson(settings, argv, input === undefined ? {} : { input }),
});

const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });

/**
 * Every verb but `start`, once in its JSON or its text. With the settings of a provider that runs or does not run: the
 * command line finds that out by itself.
 * @param readEvents all security events, oldest first; asked when the commands have been run
 */
export const describeEveryVerb = (
  settings: () => Settings,
  readEvents: () => Promise<readonly RecordedEvent[]>,
  options: { readonly concurrency?: number } = {},
): void => {
  const run: Run = (...command) => commandsWith(settings()).run(...command);
  const json: RunJson = (...command) => commandsWith(settings()).json(...command);

  const clients = async (): Promise<void> => {
    const add = [
      'client',
      'add',
      '--id',
      'wiki',
      '--name',
      'Wiki',
      '--redirect-uri',
      redirectUri,
      `${redirectUri}?x=1`,
    ];
    const signOut = ['--post-logout-redirect-uri', 'https://app.example.org/'];
    const told = ['--backchannel-logout-uri', 'http://127.0.0.1:4000/out', '--allow-private-address', '127.0.0.1:4000'];
    const tokens = ['--scope', 'openid profile', '--id-token-alg', 'ES256'];
    const added = await json([...add, ...signOut, ...told, ...tokens]);
    const { client_secret: secret, ...registration } = added;
    assert.match(String(secret), /^lks_[\w-]{40,}$/);
    assert.equal(registration['client_secret_expires_at'], 0);
    const expected = {
      client_id: 'wiki',
      client_name: 'Wiki',
      application_type: 'web',
      redirect_uris: [redirectUri, `${redirectUri}?x=1`],
      post_logout_redirect_uris: ['https://app.example.org/'],
      backchannel_logout_uri: 'http://127.0.0.1:4000/out',
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'openid profile',
      id_token_signed_response_alg: 'ES256',
      pkce_required: true,
      trusted: false,
      private_addresses: ['127.0.0.1:4000'],
      disabled: false,
    };
    for (const [member, value] of Object.entries(expected)) assert.deepEqual(registration[member], value, member);

    const shown = await json(['client', 'show', 'wiki']);
    assert.deepEqual({ ...shown, client_secret_expires_at: 0 }, registration);
    const listed = (await json(['client', 'list']))['clients'];
    assert.deepEqual(listed, [shown]);
    const updated = await json(['client', 'update', 'wiki', '--name', 'The Wiki', '--trusted', '--no-pkce']);
    assert.deepEqual([updated['client_name'], updated['trusted'], updated['pkce_required']], ['The Wiki', true, false]);
    assert.equal(updated['client_secret'], undefined);
    const rotated = await run(['client', 'rotate-secret', 'wiki']);
    assert.match(rotated.stdout, /^Client wiki has a new secret\.\n\n.*\n.*lks_\S+ {3}\(shown once: keep it now\)$/);
    assert.ok(!rotated.stdout.includes(String(secret)));
    assert.deepEqual(await run(['client', 'disable', 'wiki']), said('Client wiki is disabled.'));
    assert.equal((await json(['client', 'enable', 'wiki']))['disabled'], false);
    assert.deepEqual(await run(['client', 'remove', 'wiki']), said('Client wiki was removed.'));
  };

  const accounts = async (): Promise<string> => {
    const add = ['account', 'add', '--username', 'alice', '--email', 'alice@example.org', '--email-verified'];
    const more = ['--name', 'Alice Example', '--group', 'staff', 'editors', '--locale', 'de-AT', '--password-stdin'];
    const picture = ['--picture', 'https://pictures.example.org/alice.png'];
    const added = await json([...add, ...more, ...picture], `${password}\n`);
    const expected = {
      preferred_username: 'alice',
      name: 'Alice Example',
      email: 'alice@example.org',
      email_verified: true,
      picture: 'https://pictures.example.org/alice.png',
      locale: 'de-AT',
      groups: ['editors', 'staff'],
      profile_version: 1,
      disabled: false,
    };
    for (const [member, value] of Object.entries(expected)) assert.deepEqual(added[member], value, member);
    assert.ok(!JSON.stringify(added).includes(password));

    assert.deepEqual(await json(['account', 'show', 'alice']), added);
    assert.deepEqual(await json(['account', 'list']), { accounts: [added] });
    const updated = await json(['account', 'update', 'alice', '--name', 'Alice Sample', '--no-groups', '--no-picture']);
    assert.deepEqual(
      [updated['name'], updated['groups'], updated['picture'], updated['profile_version']],
      ['Alice Sample', [], undefined, 2],
    );
    const disabled = await run(['account', 'disable', 'alice']);
    assert.deepEqual(disabled, said('Account alice is disabled.\nNo session was open.'));
    assert.equal((await json(['account', 'enable', String(added['sub'])]))['disabled'], false);
    const signedOut = await json(['account', 'sign-out', 'alice']);
    assert.deepEqual(signedOut['signed_out'], { sessions: 0, client_ids: [] });
    const removed = await json(['account', 'remove', 'alice']);
    assert.deepEqual([removed['sub'], removed['removed']], [added['sub'], true]);
    return String(added['sub']);
  };

  const keys = async (): Promise<void> => {
    const before = (await json(['keys', 'list']))['keys'] as readonly Record<string, unknown>[];
    assert.deepEqual(before.map(({ alg, state }) => `${String(alg)} ${String(state)}`).toSorted(), [
      'ES256 signing',
      'RS256 signing',
    ]);
    const after = (await json(['keys', 'rotate']))['keys'] as readonly Record<string, unknown>[];
    assert.deepEqual(after.slice(0, 2), before, 'the old keys go on signing until everybody can know the new ones');
    assert.deepEqual(
      after
        .slice(2)
        .map(({ alg, state }) => `${String(alg)} ${String(state)}`)
        .toSorted(),
      ['ES256 coming', 'RS256 coming'],
    );
    assert.deepEqual(await run(['migrate']), said('The database is up to date.'));
  };

  const applications = async (): Promise<void> => {
    const planned = await json(['connect', 'wordpress', 'https://blog.example.org/news/', '--dry-run']);
    assert.deepEqual(
      [planned['issuer'], planned['client_id'], planned['registered'], planned['redirect_uris']],
      [
        settings()['ISSUER'] ?? planned['issuer'],
        'blog.example.org-news',
        true,
        ['https://blog.example.org/news/latchkey/callback'],
      ],
    );
    assert.match(String(planned['issuer']), /^https?:\/\//);
  };

  it('does what each verb says, and records each change as a security event of the command line', async () => {
    const stories = [clients, accounts, keys, applications];
    let sub: string | undefined;
    const tell = async (): Promise<void> => {
      for (let story = stories.shift(); story !== undefined; story = stories.shift()) sub = (await story()) ?? sub;
    };
    await Promise.all(Array.from({ length: options.concurrency ?? 1 }, tell));

    const events = await readEvents();
    const ofCommandLine = events.filter(({ actor }) => actor === 'command-line');
    assert.deepEqual(
      ofCommandLine.filter(({ client_id: id }) => id === 'wiki').map(({ event }) => event),
      ['added', 'updated', 'secret_rotated', 'disabled', 'enabled', 'removed'].map((what) => `client.${what}`),
    );
    assert.deepEqual(
      ofCommandLine.filter(({ account_id: id }) => id === sub).map(({ event }) => event),
      ['added', 'updated', 'disabled', 'enabled', 'removed'].map((what) => `account.${what}`),
    );
    assert.deepEqual(
      ofCommandLine.filter(({ event }) => event.startsWith('keys.')).map(({ event }) => event),
      ['keys.rotated'],
    );
    assert.equal(ofCommandLine.length, 12);
    assert.doesNotMatch(JSON.stringify(events), /alice|example\.org|lks_|correct horse/);
  });
};
