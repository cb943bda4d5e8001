import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { exitCodes, failureLines, toFailure } from '../../src/cli/failure.ts';
import { readConfig } from '../../src/config.ts';
import { startChildIn, type Child, type Ended } from '../support/child-process.ts';

/** A start of the program that ends at once. */
export interface StartRefusal {
  readonly done: string;
  readonly exitCode: number;
  /** The lines that it prints, without the `latchkey: ` that each begins with. */
  readonly reads: readonly (string | RegExp)[];
  /** As the table has it, where the lines hold what differs from machine to machine. */
  readonly text?: string;
  readonly run: (dataDir: string) => Promise<Pick<Ended, 'code' | 'stderr' | 'lines'>>;
}

const program = new URL('../../src/main.ts', import.meta.url);

/** Nothing of the surroundings but what Node needs; no `.env` either. */
const bare = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'] };

/** Runs `latchkey start` with these settings. */
export const start = (settings: NodeJS.ProcessEnv, ...options: string[]): Child =>
  startChildIn({ env: { ...bare, PORT: '0', ...settings }, cwd: tmpdir() }, program, 'start', ...options);

/** What a process would print and end with; for those settings that nothing but reading them refuses. */
const readSettings = (settings: NodeJS.ProcessEnv): Pick<Ended, 'code' | 'stderr' | 'lines'> => {
  try {
    readConfig(settings);
  } catch (error) {
    const failure = toFailure(error);
    return { code: exitCodes[failure.kind], stderr: `${failureLines(failure).join('\n')}\n`, lines: [] };
  }
  return { code: 0, stderr: '', lines: [] };
};

/** What is in no output: it is in the settings. */
export const settingSecrets = ['too-short-a-key', 'database-password'];
const [shortKey = '', databasePassword = ''] = settingSecrets;

const wrongSettings = {
  ISSUER: 'ftp://accounts.example.org',
  PORT: '99999',
  LOG_LEVEL: 'loud',
  SESSION_IDLE_DAYS: '0',
  TRUST_PROXY: '0.0.0.0/0',
  SECRET_KEY: shortKey,
  DATABASE_URL: `mysql://latchkey:${databasePassword}@127.0.0.1/latchkey`,
};

const wrongSettingLines = [
  'PORT must be a whole number from 0 to 65535',
  'ISSUER must be an origin such as https://accounts.example.org, without path, query, fragment or credentials',
  'DATABASE_URL must begin with postgres:// or postgresql://',
  'SECRET_KEY must hold at least 32 bytes; make one with: openssl rand -base64 32',
  'TRUST_PROXY must not trust every address (/0): give the number of proxies instead',
  'LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace',
  'SESSION_IDLE_DAYS must be a whole number from 1 to 400',
];

/** A port of loopback that somebody else listens on while `work` runs. */
const withTakenPort = async (work: (port: number) => Promise<Ended>): Promise<Ended> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
};

const https = { ISSUER: 'https://accounts.example.org', TRUST_PROXY: '1' };

/** `dataDir` is used by a running process. */
export const startRefusals: readonly StartRefusal[] = [
  {
    done: 'seven wrong settings',
    exitCode: 3,
    reads: wrongSettingLines,
    run: () => start(wrongSettings).ended,
  },
  {
    done: 'an http issuer that is not on loopback',
    exitCode: 3,
    reads: [
      'ISSUER must begin with https:// (http:// is accepted for localhost, *.localhost, 127.0.0.0/8 and [::1] only)',
    ],
    run: async () => readSettings({ ISSUER: 'http://accounts.example.org' }),
  },
  {
    done: 'an https issuer without TRUST_PROXY',
    exitCode: 3,
    reads: [
      'TRUST_PROXY is required with an https issuer: the address of the proxy that ends TLS, or the number of proxies (1)',
    ],
    run: async () => readSettings({ ISSUER: https.ISSUER }),
  },
  {
    done: 'PostgreSQL in production without SECRET_KEY',
    exitCode: 3,
    reads: ['SECRET_KEY is required with DATABASE_URL; make one with: openssl rand -base64 32'],
    run: async () => readSettings({ ...https, DATABASE_URL: `postgres://u:${databasePassword}@127.0.0.1:1/x` }),
  },
  {
    done: 'a PostgreSQL that does not answer',
    exitCode: 4,
    reads: ['The server of DATABASE_URL does not answer: connect ECONNREFUSED 127.0.0.1:1.'],
    run: () => start({ DATABASE_URL: `postgres://u:${databasePassword}@127.0.0.1:1/x` }).ended,
  },
  {
    done: 'a data directory that is none',
    exitCode: 3,
    reads: [/^The data directory \S+main\.ts cannot be used: EEXIST: .*\.$/],
    text: 'The data directory … cannot be used: EEXIST: file already exists …',
    run: () => start({ DATA_DIR: program.pathname }).ended,
  },
  {
    done: 'a port that is taken',
    exitCode: 3,
    reads: ['the address is taken: another process listens there (HOST, PORT)'],
    run: (dataDir) =>
      withTakenPort((port) => start({ PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir }).ended),
  },
  {
    done: 'a second process on one data directory',
    exitCode: 4,
    reads: [
      /^\S+ is used by another process, and only one may open the embedded database: stop that process first, or set DATABASE_URL to use PostgreSQL\.$/,
    ],
    text: '… is used by another process, and only one may open the embedded database: stop that process first, or set DATABASE_URL to use PostgreSQL.',
    run: (dataDir) => start({ DATA_DIR: dataDir }).ended,
  },
];
