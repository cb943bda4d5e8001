import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { startCommand } from '../support/child-process.ts';
import { password } from '../support/running-provider.ts';
import { formOf, refreshOf, UserAgent, type Answer } from '../support/user-agent.ts';
import {
  environment,
  hostPath,
  makeFolder,
  repository,
  startedBy,
  watched,
  type Folder,
  type Settings,
  type Started,
} from './latchkey-program.ts';

/** The shell blocks of a section of the README, in their order. */
const blocksOf = (readme: string, section: string): readonly string[] => {
  const text = new RegExp(`^## ${section}$([^]*?)(?=^## |(?![^]))`, 'm').exec(readme)?.[1];
  assert.ok(text !== undefined, `README.md has no section "${section}"`);
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block.trim());
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A browser keeps cookies by host, and both applications live on localhost. */
const follow = async (browsers: readonly UserAgent[], start: URL): Promise<Answer> => {
  let to: URL | undefined = start;
  for (let hops = 0; hops < 12; hops += 1) {
    const browser = browsers.find(({ origin }) => origin === to?.origin);
    assert.ok(browser, `it goes to ${to?.href}`);
    const answer: Answer = await browser.ask(to);
    const refresh = answer.text.includes('http-equiv="refresh"') ? new URL(refreshOf(answer), answer.url) : undefined;
    to = answer.location ?? refresh;
    if (to === undefined) return answer;
  }
  throw new Error('too many redirects');
};

/**
 * Types what the README says, as it stands there but for the ports: `${section}` starts the provider.
 * @param settings where the test keeps its data; what the newcomer has in `.env` or nowhere
 */
export const describeReadme = (startOf: (readme: string) => string, settings: () => Promise<Settings>): void => {
  let folder: Folder;
  let readme: string;
  let steps: readonly string[];
  let env: NodeJS.ProcessEnv;
  let provider: Started;
  let examplePort: number;
  before(async () => {
    folder = await makeFolder();
    readme = await readFile(join(repository, 'README.md'), 'utf8');
    steps = blocksOf(readme, 'Start');
    examplePort = await freePort();
    env = {
      // Whatever the folder's own .env says, these come first.
      ...Object.fromEntries(['DATABASE_URL', 'HOST', 'ISSUER', 'LOG_LEVEL', 'SECRET_KEY'].map((name) => [name, ''])),
      ...environment({ PATH: hostPath, PORT: '0', DATA_DIR: await folder.fresh(), npm_config_dry_run: 'true' }),
      ...(await settings()),
    };
  });
  after(() => folder.remove());

  const shell = (command: string, more: NodeJS.ProcessEnv = {}) =>
    watched(startCommand(['sh', '-c', `exec ${command}`], { env: { ...env, ...more }, cwd: repository }));

  let secret: string;

  it('has three steps: start, add a person and an application, sign in', () => {
    assert.deepEqual(
      steps.map((step) =>
        step.split('\n').map((line) => /npm .*|npx .*/.exec(line)?.[0].split(' ').slice(0, 5).join(' ')),
      ),
      [['npm start'], ['npx --no latchkey account add', 'npx --no latchkey client add'], ['npm run example']],
    );
  });

  it('starts', async (t) => {
    provider = await startedBy(() => shell(startOf(readme)));
    t.diagnostic(`ready after ${Math.round(provider.readyAfterMs)} ms`);
    assert.equal((await fetch(`${provider.issuer}/health/ready`)).status, 200);
  });

  it('adds a person and an application', async () => {
    const [addAccount = '', addClient = ''] = steps[1]?.split('\n') ?? [];
    assert.match(addAccount, /--password-stdin$/);
    const account = await startCommand(['sh', '-c', addAccount], { env, cwd: repository }).ended;
    assert.equal(account.code, 0, account.stderr);
    const client = await shell(addClient.replace('localhost:4000', `localhost:${examplePort}`)).ended;
    assert.equal(client.code, 0, client.stderr);
    secret = /\blks_[\w-]+/.exec(client.lines.join('\n'))?.[0] ?? assert.fail(client.lines.join('\n'));
  });

  it('signs that person in with a stock client, which shows the profile that it read', async () => {
    const command = steps[2] ?? '';
    assert.match(command, /^CLIENT_SECRET=lks_… npm run example$/);
    const [, run = ''] = command.split(/ (.*)/);
    const more = { CLIENT_SECRET: secret, PORT: String(examplePort), ISSUER: provider.issuer };
    const example = shell(run, more);
    const origin = /http:\/\/\S+/.exec(await example.line((line) => line.startsWith('Open http')))?.[0] ?? '';
    assert.equal(origin, `http://localhost:${examplePort}`);

    const browsers = [new UserAgent(provider), new UserAgent({ issuer: origin })] as const;
    const page = await follow(browsers, new URL('/', origin));
    assert.match(page.text, /<title>Sign in[^]*Notes/);
    const { action, fields } = formOf(page, '/sign-in');
    const signedIn = await browsers[0].ask(action, { form: { ...fields, username: 'alice', password } });
    const shown = await follow(browsers, new URL(refreshOf(signedIn), provider.issuer));
    assert.equal(shown.status, 200, shown.text);
    const { sub, updated_at: updatedAt, ...profile } = shown.json();
    assert.match(String(sub), /^[0-9a-f-]{1,36}$/);
    assert.equal(typeof updatedAt, 'number');
    assert.deepEqual(profile, {
      preferred_username: 'alice',
      name: 'Alice Example',
      email: 'alice@example.org',
      email_verified: true,
      profile_version: 1,
    });
    example.process.kill('SIGTERM');
    await example.ended;
    await provider.stop();
  });
};
