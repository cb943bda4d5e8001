import assert from 'node:assert/strict';
import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startBlog, type Blog } from './blog.ts';
import { runLatchkey, testIssuer, type CliOptions, type Outcome } from './cli-world.ts';
import { useCommandLine } from './command-line.ts';

interface Connected extends Record<string, unknown> {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly settings_file?: string;
  readonly check: { readonly ready: boolean; readonly problems: readonly { readonly error: string }[] };
}

describe('latchkey connect', () => {
  const { database, services, json } = useCommandLine();
  let blog: Blog;
  before(async () => {
    blog = await startBlog();
  });
  beforeEach(() => blog.reset());
  after(() => blog.close());

  const run = (argv: readonly string[], options: CliOptions = {}): Promise<Outcome> =>
    runLatchkey(argv, { withServices: (_config, work) => work(services()), ...options });
  const connect = (more: readonly string[] = [], options: CliOptions = {}): Promise<Outcome> =>
    run(['connect', 'wordpress', blog.url, '--allow-private-address', blog.hostAndPort, ...more], options);
  const connected = async (more: readonly string[] = [], code = 0): Promise<Connected> => {
    const outcome = await connect(['--json', ...more]);
    assert.equal(outcome.code, code, outcome.stderr);
    return JSON.parse(outcome.stdout) as Connected;
  };
  const clientId = (): string => `${blog.hostAndPort.replace(':', '-')}-blog`;
  const isRight = async (secret: string): Promise<boolean> => {
    const { secret_hash: hash } = await database()
      .knex('clients')
      .where({ client_id: clientId() })
      .first('secret_hash');
    const { secretHash } = await services().clients.show(clientId());
    assert.deepEqual(hash, secretHash);
    return await services()
      .applications.register(
        {
          kind: 'wordpress',
          url: blog.url,
          rewriting: true,
          presentSecret: secret,
          needsSecret: true,
          rotateSecret: false,
          dryRun: true,
        },
        { actor: 'test' },
      )
      .then(
        () => true,
        () => false,
      );
  };
  const events = (): Promise<readonly string[]> => database().knex('security_events').orderBy('id').pluck('event');
  const secretIn = (text: string): string => /lks_[\w-]+/.exec(text)?.[0] ?? assert.fail(text);

  describe('for settings that are pasted', () => {
    it('registers a trusted client with every address, and says what to paste and what is still missing', async () => {
      const { code, stdout, stderr } = await connect();
      assert.deepEqual([code, stderr], [0, '']);
      const secret = secretIn(stdout);
      assert.deepEqual(stdout.split('\n'), [
        `WordPress at ${blog.url}/ is registered as the client ${clientId()}.`,
        '',
        `  Client id            ${clientId()}`,
        `  Name                 ${blog.hostAndPort}/blog`,
        `  Page                 ${blog.url}/`,
        `  Redirect URIs        ${blog.url}/latchkey/callback`,
        `  After sign-out       ${blog.url}/latchkey/signed-out`,
        `  Back-channel logout  ${blog.url}/latchkey/backchannel`,
        `  Private addresses    ${blog.hostAndPort}`,
        '  Scope                openid profile email groups',
        '',
        `Paste into wp-config.php, above the line "That's all, stop editing!" (the secret is shown once: keep it now):`,
        '',
        `  define( 'LATCHKEY_ISSUER', '${testIssuer}' );`,
        `  define( 'LATCHKEY_CLIENT_ID', '${clientId()}' );`,
        `  define( 'LATCHKEY_CLIENT_SECRET', '${secret}' );`,
        '',
        `Not connected yet (asked at ${blog.url}/latchkey/check):`,
        `  - the Latchkey plugin does not answer at ${blog.url}/latchkey/check (status 404): it is not installed or not active, or the web server does not pass unknown addresses to WordPress (then connect with --no-rewrite)`,
        'When that is done, run the same command again: it checks.',
        '',
      ]);
      assert.deepEqual(blog.asked(), ['/blog/latchkey/check']);
      const {
        id_token_signed_response_alg: alg,
        trusted,
        pkce_required: pkce,
      } = await json(['client', 'show', clientId()]);
      assert.deepEqual([alg, trusted, pkce], ['ES256', true, true]);
      assert.ok(await isRight(secret));
      assert.ok(!(await isRight('lks_other')));
    });

    it('answers the same as JSON', async () => {
      const { client_secret: secret, check, ...rest } = await connected(['--name', 'Blog', '--id', 'blog']);
      assert.match(String(secret), /^lks_/);
      assert.deepEqual(rest, {
        kind: 'wordpress',
        issuer: testIssuer,
        client_id: 'blog',
        registered: true,
        secret: 'new',
        client_secret_expires_at: 0,
        client_name: 'Blog',
        client_uri: `${blog.url}/`,
        redirect_uris: [`${blog.url}/latchkey/callback`],
        post_logout_redirect_uris: [`${blog.url}/latchkey/signed-out`],
        backchannel_logout_uri: `${blog.url}/latchkey/backchannel`,
        token_endpoint_auth_method: 'client_secret_basic',
        scope: 'openid profile email groups',
        id_token_signed_response_alg: 'ES256',
        dpop_bound_access_tokens: false,
        require_pushed_authorization_requests: false,
        pkce_required: true,
        trusted: true,
        private_addresses: [blog.hostAndPort],
      });
      assert.equal(check.ready, false);
      assert.deepEqual(
        check.problems.map(({ error }) => error),
        ['ERR_CHECK_NOT_ACTIVE'],
      );
    });

    it('done again, changes nothing, keeps the secret and says that it works', async () => {
      const { client_secret: secret = '' } = await connected();
      blog.configure(clientId());
      const { code, stdout, stderr } = await connect();
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /was registered before, as the client .*; nothing changed in its registration\./);
      assert.match(stdout, /Its secret stays as it is and cannot be shown; --rotate-secret makes a new one\./);
      assert.match(stdout, /\nConnected: .*\/latchkey\/check answers as it should\.\n$/);
      assert.doesNotMatch(stdout, /lks_/);
      assert.ok(await isRight(secret));
      assert.deepEqual(await events(), ['client.added']);
    });

    it('done again without any option, keeps what only options say', async () => {
      await connected(['--name', 'The blog']);
      blog.configure(clientId());
      const { code, stdout } = await run(['connect', 'wordpress', `${blog.url}/`]);
      assert.equal(code, 0);
      assert.match(stdout, /nothing changed/);
      const { client_name: name, private_addresses: addresses } = await json(['client', 'show', clientId()]);
      assert.deepEqual([name, addresses], ['The blog', [blog.hostAndPort]]);
    });

    it('names what it changes in a client that was otherwise, and leaves what an administrator added', async () => {
      await connected();
      const update = [
        '--no-trusted',
        '--no-pkce',
        '--require-par',
        '--scope',
        'openid notes:read',
        '--redirect-uri',
        'https://old.example/',
      ];
      await json(['client', 'update', clientId(), ...update, '--auth-method', 'client_secret_post']);
      blog.configure(clientId());
      const result = await connected();
      assert.deepEqual((result['changed'] as string[]).toSorted(), [
        'pkce_required',
        'redirect_uris',
        'require_pushed_authorization_requests',
        'scope',
        'trusted',
      ]);
      assert.deepEqual(
        [result['scope'], result['token_endpoint_auth_method'], result['secret']],
        ['openid notes:read profile email groups', 'client_secret_post', 'kept'],
      );
    });

    it('gives a client that had no secret one', async () => {
      const registration = {
        clientId: 'blog',
        clientName: 'Blog',
        clientUri: `${blog.url}/`,
        redirectUris: [`${blog.url}/old`],
      };
      await services().clients.add({ ...registration, tokenEndpointAuthMethod: 'none' }, { actor: 'test' });
      const { client_secret: secret, registered } = await connected(['--id', 'blog']);
      assert.deepEqual([registered, typeof secret], [false, 'string']);
    });

    it('goes through index.php with --no-rewrite', async () => {
      const result = await connected(['--no-rewrite']);
      assert.deepEqual(result['redirect_uris'], [`${blog.url}/index.php/latchkey/callback`]);
      assert.deepEqual(blog.asked(), ['/blog/index.php/latchkey/check']);
      const again = await connected([], 1);
      assert.deepEqual(again['changed'], ['redirect_uris', 'post_logout_redirect_uris', 'backchannel_logout_uri']);
    });

    it('makes a new secret where --rotate-secret says so', async () => {
      const { client_secret: old = '' } = await connected();
      const { client_secret: secret = '', secret: what } = await connected(['--rotate-secret']);
      assert.equal(what, 'new');
      assert.deepEqual([await isRight(old), await isRight(secret)], [false, true]);
      assert.deepEqual(await events(), ['client.added', 'client.secret_rotated']);
    });

    for (const [answer, rotates] of [
      ['y\n', true],
      ['YES\n', true],
      ['n\n', false],
      ['\n', false],
      ['', false],
      ['yesterday\n', false],
    ] as const) {
      it(`asks at a terminal before it replaces a secret that is lost; ${JSON.stringify(answer)} is ${rotates ? 'yes' : 'no'}`, async () => {
        const { client_secret: old = '' } = await connected();
        const { stdout, stderr } = await connect([], { isTty: true, stdin: answer });
        assert.match(stderr, /The old one is void at once\. \[y\/N\] /);
        assert.equal(/lks_/.test(stdout), rotates);
        assert.equal(await isRight(old), !rotates);
      });
    }

    it('asks nothing where it works, nor for JSON', async () => {
      await connected();
      const outcome = await connect(['--json'], { isTty: true, stdin: 'y\n' });
      assert.doesNotMatch(outcome.stderr, /y\/N/);
      blog.configure(clientId());
      assert.equal((await connect([], { isTty: true, stdin: 'y\n' })).stderr, '');
      assert.deepEqual(await events(), ['client.added']);
    });
  });

  describe('with --path', () => {
    const withPath = (): readonly string[] => ['--path', blog.folder];
    const file = (): string => join(blog.folder, 'latchkey-config.php');
    const written = async (): Promise<string> => secretIn(await readFile(file(), 'utf8'));

    it('writes the settings for their owner alone and shows no secret', async () => {
      blog.configure(clientId());
      const { code, stdout, stderr } = await connect(withPath());
      assert.deepEqual([code, stderr], [0, '']);
      assert.doesNotMatch(stdout, /lks_|client_secret/);
      assert.match(stdout, /The settings are in .*latchkey-config\.php, which belongs to the owner of wp-config\.php/);
      assert.match(stdout, /\nConnected: /);
      assert.equal((await stat(file())).mode & 0o777, 0o600);
      assert.ok(await isRight(await written()));
      assert.deepEqual((await readdir(blog.folder)).toSorted(), [
        'latchkey-config.php',
        'wp-config.php',
        'wp-settings.php',
      ]);
    });

    it('answers JSON without the secret', async () => {
      blog.configure(clientId());
      const result = await connected(withPath());
      assert.ok(!JSON.stringify(result).includes('lks_'));
      assert.deepEqual(
        [result.settings_file, result['settings_file_written'], result['client_secret_expires_at']],
        [file(), true, undefined],
      );
    });

    it('done again, keeps the secret and the file', async () => {
      blog.configure(clientId());
      await connected(withPath());
      const [secret, { ino }] = [await written(), await stat(file())];
      const result = await connected(withPath());
      assert.equal(result['settings_file_written'], false);
      assert.deepEqual([await written(), (await stat(file())).ino], [secret, ino]);
      assert.deepEqual(await events(), ['client.added']);
    });

    it('writes the file again with the secret that it has where only the rest is wrong', async () => {
      blog.configure(clientId());
      await connected(withPath());
      const [text, secret] = [await readFile(file(), 'utf8'), await written()];
      await writeFile(file(), text.replace(testIssuer, 'https://old.example'));
      assert.equal((await connected(withPath()))['settings_file_written'], true);
      assert.equal(await readFile(file(), 'utf8'), text);
      assert.ok(await isRight(secret));
    });

    it('refuses to replace a secret that somebody may use, and changes nothing', async () => {
      await connected();
      const before = await json(['client', 'show', clientId()]);
      const { code, stdout, stderr } = await connect([...withPath(), '--name', 'Other']);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(
        stderr,
        /^latchkey: the client .* has a secret that cannot be shown again: --rotate-secret .*void at once\n$/,
      );
      assert.deepEqual(await json(['client', 'show', clientId()]), before);
      assert.deepEqual((await readdir(blog.folder)).toSorted(), ['wp-config.php', 'wp-settings.php']);
    });

    it('replaces it with --rotate-secret, and where a person says yes', async () => {
      await connected();
      blog.configure(clientId());
      await connected([...withPath(), '--rotate-secret']);
      const first = await written();
      assert.ok(await isRight(first));
      await json(['client', 'rotate-secret', clientId()]);
      assert.equal((await connect(withPath(), { isTty: true, stdin: 'n\n' })).code, 1);
      assert.equal(await written(), first);
      assert.equal((await connect(withPath(), { isTty: true, stdin: 'y\n' })).code, 0);
      assert.notEqual(await written(), first);
      assert.ok(await isRight(await written()));
    });

    it('fails where the plugin does not answer, because nothing is left to paste', async () => {
      const { code, stdout, stderr } = await connect(withPath());
      assert.equal(code, 1);
      assert.match(stdout, /The settings are in /);
      assert.match(stderr, /^latchkey: the Latchkey plugin does not answer at /);
    });

    it('registers nothing where the settings cannot be written', async () => {
      await writeFile(file(), 'mine');
      const outcome = await connect(withPath());
      assert.equal(outcome.code, 1);
      assert.match(outcome.stderr, /was not written by latchkey connect/);
      const other = await connect(['--path', '/nonexistent']);
      assert.match(other.stderr, /^latchkey: the folder \/nonexistent cannot be opened \(ENOENT\)\n$/);
      assert.deepEqual(await events(), []);
    });

    it('leaves no half a file where the registration is refused', async () => {
      const { code } = await run(['connect', 'wordpress', blog.url, ...withPath()]);
      assert.equal(code, 1);
      assert.deepEqual((await readdir(blog.folder)).toSorted(), ['wp-config.php', 'wp-settings.php']);
    });

    it('keeps that the file may be read by its group', async () => {
      blog.configure(clientId());
      await connected(withPath());
      await chmod(file(), 0o640);
      await connected([...withPath(), '--rotate-secret']);
      assert.equal((await stat(file())).mode & 0o777, 0o640);
    });
  });

  describe('with --dry-run', () => {
    it('says what would be done, does nothing and asks nobody', async () => {
      const { code, stdout } = await connect(['--dry-run']);
      assert.equal(code, 0);
      assert.match(stdout, /^Nothing was done\. WordPress at .* would be registered as the client /);
      assert.match(stdout, /\n\nA new secret would be made\.\n$/);
      const { stdout: withFile } = await connect(['--dry-run', '--path', blog.folder]);
      assert.match(withFile, /The settings would be written to .*latchkey-config\.php\.\n$/);
      assert.deepEqual([blog.asked(), await events()], [[], []]);
      assert.deepEqual((await readdir(blog.folder)).toSorted(), ['wp-config.php', 'wp-settings.php']);
    });

    it('says what would change, as JSON too', async () => {
      await connected();
      assert.match(
        (await connect(['--dry-run', '--name', 'Other'])).stdout,
        /Nothing was done\. .*; what would change: client_name\./,
      );
      const result = await connected(['--dry-run', '--no-rewrite']);
      assert.deepEqual([result['dry_run'], result['secret'], result.check], [true, 'kept', undefined]);
      assert.match((await connect(['--dry-run'])).stdout, /nothing would change in its registration/);
      assert.deepEqual(await events(), ['client.added']);
    });

    it('refuses what the real run would refuse', async () => {
      const { code, stderr } = await run(['connect', 'wordpress', blog.url, '--dry-run']);
      assert.equal(code, 1);
      assert.match(stderr, /the back-channel logout URI .* exception /);
    });
  });

  describe('checks', () => {
    const problems = async (): Promise<readonly string[]> => {
      const outcome = await connect(['--json']);
      assert.equal(outcome.code, 1);
      const { check } = JSON.parse(outcome.stdout) as Connected;
      const failure = JSON.parse(outcome.stderr) as {
        readonly error: string;
        readonly problems: readonly { readonly error: string }[];
      };
      assert.equal(failure.error, 'ERR_NOT_CONNECTED');
      assert.deepEqual(
        failure.problems.map(({ error }) => error),
        check.problems.map(({ error }) => error),
      );
      return check.problems.map(({ error }) => error);
    };

    it('and fails where settings cannot mend it, even at the first time', async () => {
      blog.answer((_request, response) => response.writeHead(302, { location: 'https://www.example.org/' }).end());
      const { code, stdout, stderr } = await connect();
      assert.equal(code, 1);
      assert.match(secretIn(stdout), /^lks_/, 'the secret was made and has to be told');
      assert.match(stderr, /^latchkey: .* redirects to "https:\/\/www\.example\.org\/": /);
    });

    it('and names everything that differs', async () => {
      await connected();
      blog.configure('other', { issuer: 'https://old.example', callback: 'https://x.example/latchkey/callback' });
      assert.deepEqual(await problems(), ['ERR_CHECK_ISSUER', 'ERR_CHECK_CLIENT_ID', 'ERR_CHECK_CALLBACK']);
      const { stderr } = await connect();
      assert.equal(stderr.trimEnd().split('\n').length, 3);
    });

    it('and finds a plugin that is not ready, gone or failing', async () => {
      await connected();
      blog.configure(clientId(), { ready: false });
      assert.deepEqual(await problems(), ['ERR_CHECK_NOT_READY']);
      await blog.reset();
      assert.deepEqual(await problems(), ['ERR_CHECK_NOT_ACTIVE']);
      blog.answer((_request, response) => response.writeHead(500).end());
      assert.deepEqual(await problems(), ['ERR_CHECK_FAILING']);
    });

    it('and survives an answer without end', async () => {
      await connected();
      blog.answer((_request, response) => response.end('x'.repeat(100_000)));
      assert.deepEqual(await problems(), ['ERR_CHECK_UNREACHABLE']);
      blog.answer((request) => request.socket.destroy());
      assert.deepEqual(await problems(), ['ERR_CHECK_UNREACHABLE']);
    });

    it('and calls no private address that no exception names, and says how to name it', async () => {
      const argv = ['connect', 'wordpress', 'https://192.0.2.1/', '--json'];
      const { code, stdout } = await run(argv);
      assert.equal(code, 1);
      const { check } = JSON.parse(stdout) as Connected;
      assert.deepEqual(
        check.problems.map(({ error }) => error),
        ['ERR_CHECK_PRIVATE_ADDRESS'],
      );
      assert.match(JSON.stringify(check), /--allow-private-address 192\.0\.2\.1:443/);
    });

    it('and tells the secret that was made even where the check itself fails', async () => {
      const broken = {
        ...services(),
        applications: {
          register: services().applications.register.bind(services().applications),
          check: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })),
        },
      };
      const { code, stdout } = await connect([], { withServices: (_config, work) => work(broken) });
      assert.equal(code, 4);
      assert.ok(await isRight(secretIn(stdout)));
    });
  });

  describe('refuses', () => {
    const addresses: readonly (readonly [string, RegExp])[] = [
      ['blog.example.org', /must begin with https:\/\//],
      ['http://blog.example.org', /must be https \(http only on loopback\)/],
      ['ftp://blog.example.org', /must be https/],
      ['https://user:secret@blog.example.org', /must not have a user name or password/],
      ['https://blog.example.org/?p=1', /must not have a query/],
      ['https://blog.example.org/#top', /must not have a fragment/],
      ['https://bücher.example', /only characters that a URI can have/],
      ['https://0x7f.1/', /must name its host plainly, as 127\.0\.0\.1/],
      ['https://blog.example.org//x', /must have a plain path/],
      ['https://blog.example.org/wp-admin/', /must be the home of the blog/],
      ['https://blog.example.org/wp-login.php', /must be the home of the blog/],
      ['https://', /must be a well-formed absolute URI/],
      [`https://${'a'.repeat(70)}.example`, /choose one with --id/],
      ['https://blog.example.org/a/%C3%A4', /choose one with --id/],
    ];
    for (const [url, says] of addresses) {
      it(`the address ${url.slice(0, 60)}`, async () => {
        const { code, stdout, stderr } = await run(['connect', 'wordpress', url]);
        assert.deepEqual([code, stdout], [1, '']);
        assert.match(stderr, says);
        assert.match(stderr, /^latchkey: [^\n]+\n$/);
        assert.deepEqual(await events(), []);
      });
    }

    it('wrong usage with 2', async () => {
      for (const argv of [
        ['connect'],
        ['connect', 'wordpress'],
        ['connect', 'wordpress', blog.url, 'more'],
        ['connect', 'drupal', blog.url],
        ['connect', 'wordpress', blog.url, '--secret', 'x'],
      ]) {
        const { code, stdout, stderr } = await run(argv);
        assert.deepEqual([code, stdout], [2, ''], argv.join(' '));
        assert.match(stderr, /^latchkey: [^\n]+\n$/);
      }
      assert.match(
        (await run(['connect', 'drupal', blog.url])).stderr,
        /no such kind of application \(known: wordpress\)/,
      );
    });

    it('to turn the client of another application around', async () => {
      const registration = {
        clientId: 'wiki',
        clientName: 'Wiki',
        redirectUris: ['https://wiki.example.org/callback'],
      };
      await services().clients.add(registration, { actor: 'test' });
      const before = await json(['client', 'show', 'wiki']);
      for (const more of [[], ['--rotate-secret'], ['--dry-run'], ['--path', blog.folder]]) {
        const { code, stderr } = await connect(['--id', 'wiki', ...more]);
        assert.equal(code, 1);
        assert.match(
          stderr,
          /^latchkey: the client wiki belongs to another address: choose another --id; or, .* --client-uri /,
        );
      }
      assert.deepEqual(await json(['client', 'show', 'wiki']), before);
      await json(['client', 'update', 'wiki', '--client-uri', `${blog.url}/`]);
      assert.equal((await connected(['--id', 'wiki'], 1))['registered'], false);
    });

    it('to wake a disabled client', async () => {
      await connected();
      await json(['client', 'disable', clientId()]);
      const { code, stderr } = await connect();
      assert.equal(code, 1);
      assert.match(stderr, /is disabled, .*: latchkey client enable /);
    });

    it('a wrong name, id or exception, naming each', async () => {
      const { code, stderr } = await connect(['--id', 'a b', '--name', ' ', '--allow-private-address', 'x']);
      assert.equal(code, 1);
      assert.deepEqual(
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => /^latchkey: (?:the |a )?(private address|client id|client name|back)/.exec(line)?.[1] ?? line)
          .toSorted(),
        ['client id', 'client name', 'private address'],
      );
    });
  });
});
