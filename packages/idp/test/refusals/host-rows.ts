import assert from 'node:assert/strict';
import type { Answer } from '../support/user-agent.ts';
import { askRaw } from './raw-answer.ts';
import { line, refuse, works, type Section } from './refusal.ts';
import { visitor, type World } from './world.ts';

const misdirected = line('Misdirected request: this server answers under another address.');
const discovery = '/.well-known/openid-configuration';

const host = (world: World): string => `Host: ${new URL(world.issuer).host}`;

/** A document whose every address is the issuer's. */
const namesIssuerOnly = (world: World, answer: Answer): Answer => {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json()['issuer'], world.issuer);
  const addresses = answer.text.match(/https?:\/\/[^"/]*/g) ?? [];
  assert.deepEqual([...new Set(addresses)], [world.issuer]);
  return answer;
};

/** The network that the last request came from, as the log has it. */
const loggedNetwork = (world: World): string | undefined =>
  [...world.provider.log().matchAll(/"network":"([^"]*)"/g)].at(-1)?.[1];

const hostsOf = (world: World): string[] => {
  const { hostname, port } = new URL(world.issuer);
  return [
    'evil.example',
    `evil.example:${port}`,
    hostname,
    `127.0.0.1:${port}`,
    `${hostname}.:${port}`,
    `${hostname}:1`,
  ]
    .concat([`x@${hostname}:${port}`, `${hostname}:${port}@evil.example`, `${hostname}:${port}.evil.example`, '', '*'])
    .map((name) => `Host: ${name}`);
};

export const hostSections: readonly Section[] = [
  {
    where: 'every address, host (RFC 9110, section 7.4)',
    rows: [
      refuse('a foreign `Host`, or one that is only like the issuer’s', 421, misdirected, (world) =>
        Promise.all(hostsOf(world).map((header) => askRaw(world, `GET ${discovery} HTTP/1.1`, header))),
      ),
      refuse('a foreign `Host` at the other addresses', 421, misdirected, (world) =>
        Promise.all(
          ['/', '/auth?client_id=app', '/auth/x', '/interaction/x', '/session/end', '/userinfo', '/nowhere'].map(
            (path) => askRaw(world, `GET ${path} HTTP/1.1`, 'Host: evil.example'),
          ),
        ),
      ),
      refuse('no `Host`', 400, line('Bad request: the header Host is missing.'), (world) =>
        askRaw(world, 'GET / HTTP/1.1'),
      ),
      refuse('no `Host` in HTTP/1.0', 421, misdirected, (world) => askRaw(world, 'GET / HTTP/1.0')),
      refuse('two `Host`', 400, line('Bad request: a header that may be sent once came twice.'), (world) =>
        Promise.all([
          askRaw(world, 'GET / HTTP/1.1', host(world), 'Host: evil.example'),
          askRaw(world, 'GET / HTTP/1.1', 'Host: evil.example', host(world)),
          askRaw(world, 'GET / HTTP/1.1', host(world), host(world)),
        ]),
      ),
      refuse('an absolute target with a foreign host', 421, misdirected, (world) =>
        Promise.all([
          askRaw(world, `GET http://evil.example${discovery} HTTP/1.1`, host(world)),
          askRaw(world, `GET ${world.issuer}@evil.example${discovery} HTTP/1.1`, host(world)),
          askRaw(world, `GET ${world.issuer}${discovery} HTTP/1.1`, 'Host: evil.example'),
        ]),
      ),
      refuse(
        '`Host` and forwarding headers by somebody who is no trusted proxy',
        200,
        works('they are ignored'),
        async (world) => {
          world.secrets.note('198.51.100.23', 'a forged address');
          const forged = [
            'X-Forwarded-Host: evil.example',
            'X-Forwarded-Proto: https',
            'X-Forwarded-For: 198.51.100.23',
          ];
          const rarer = ['X-Forwarded-Port: 1', 'X-Forwarded-Prefix: /evil', 'X-Real-IP: 198.51.100.23'];
          const forwarded = 'Forwarded: for=198.51.100.23;host=evil.example;proto=https';
          const more = ['X-Original-URL: /evil', 'X-Rewrite-URL: /evil', 'X-Host: evil.example'];
          const all = [host(world), ...forged, ...rarer, forwarded, ...more];
          const answer = namesIssuerOnly(world, await askRaw(world, `GET ${discovery} HTTP/1.1`, ...all));
          assert.equal(loggedNetwork(world), '127.0.0.0/24');
          return answer;
        },
      ),
      refuse('a foreign `Host` at `/health/live`, `/health/ready`', 200, works('`{"status":"ok"}`'), async (world) => {
        const paths = ['/health/live', '/health/ready'];
        const answers = await Promise.all(paths.map((path) => askRaw(world, `GET ${path} HTTP/1.1`, 'Host: 10.0.0.1')));
        for (const answer of answers) assert.deepEqual(answer.json(), { status: 'ok' });
        return answers;
      }),
    ],
  },
];

const behindProxy = (world: World, ...headers: string[]): Promise<Answer> =>
  askRaw(world, `GET ${discovery} HTTP/1.1`, host(world), `X-Forwarded-For: ${visitor}`, ...headers);

/** For an https issuer behind a proxy that is trusted. */
export const proxySections: readonly Section[] = [
  {
    where: 'every address, behind a trusted proxy',
    rows: [
      refuse('forwarding headers of the proxy', 200, works('they are believed'), async (world) => {
        const host = `X-Forwarded-Host: ${new URL(world.issuer).host}`;
        const answer = namesIssuerOnly(world, await behindProxy(world, host, 'X-Forwarded-Proto: https'));
        assert.equal(loggedNetwork(world), '203.0.113.0/24');
        assert.match(String(answer.headers['strict-transport-security']), /^max-age=31536000/);
        return answer;
      }),
      refuse(
        'forwarding headers that the proxy appended to those of the browser',
        200,
        works('the proxy’s count'),
        async (world) => {
          const forged = ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: http'];
          const own = [`X-Forwarded-Host: ${new URL(world.issuer).host}`, 'X-Forwarded-Proto: https'];
          const lines = ['X-Forwarded-For: 198.51.100.23', `X-Forwarded-For: ${visitor}`, ...forged, ...own];
          const answer = await askRaw(world, `GET ${discovery} HTTP/1.1`, host(world), ...lines);
          assert.equal(loggedNetwork(world), '203.0.113.0/24');
          return namesIssuerOnly(world, answer);
        },
      ),
      refuse('a foreign host that the proxy passed on', 421, misdirected, (world) =>
        Promise.all([
          behindProxy(world, 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https'),
          behindProxy(
            world,
            `X-Forwarded-Host: ${new URL(world.issuer).host}, evil.example`,
            'X-Forwarded-Proto: https',
          ),
          behindProxy(world, 'X-Forwarded-Host: ', 'X-Forwarded-Proto: https'),
        ]),
      ),
      refuse('http in place of https', 421, misdirected, (world) =>
        Promise.all([
          behindProxy(world),
          behindProxy(world, 'X-Forwarded-Proto: http'),
          behindProxy(world, 'X-Forwarded-Proto: ftp'),
          behindProxy(world, 'X-Forwarded-Proto: https, http'),
          behindProxy(world, 'Forwarded: proto=https'),
        ]),
      ),
    ],
  },
];
