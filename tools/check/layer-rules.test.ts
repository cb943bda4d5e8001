import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';

const repository = join(import.meta.dirname, '..', '..');

/** Imports of a file at this place, seen from there. */
interface LayerRule {
  readonly name: string;
  readonly file: string;
  readonly refused: readonly string[];
  readonly allowed: readonly string[];
}

const idp = 'packages/idp/src';
const core = 'packages/rp-core/src';

const layerRules: readonly LayerRule[] = [
  {
    name: 'the domain',
    file: `${idp}/domain/account/account.ts`,
    refused: [
      'koa',
      '@koa/router',
      'knex',
      'pg',
      'oidc-provider',
      'oidc-provider/lib/helpers/weak_cache.js',
      '@electric-sql/pglite',
      'pino',
      'argon2',
      'node:http',
      'node:fs',
      'node:fs/promises',
      '../../storage/knex-account-store.ts',
      '../../http/sign-in.ts',
      '../../oidc/provider.ts',
      '../../cli/program.ts',
      '../../config.ts',
      '../../config/settings.ts',
      '../../logging.ts',
      '../../outgoing/outgoing-fetch.ts',
      '../../passwords/argon2-password-hasher.ts',
      '../../compose.ts',
      '../../serve.ts',
      '@latchkey/rp-discourse',
    ],
    allowed: ['node:crypto', './account-store.ts', '../client/client.ts', '../../secrets/token-hash.ts', 'zod'],
  },
  {
    name: 'the domain, one folder up',
    file: `${idp}/domain/transactions.ts`,
    refused: ['../storage/knex-account-store.ts', '../compose.ts'],
    allowed: ['./account/account.ts', '../secrets/token-hash.ts'],
  },
  {
    name: 'secrets',
    file: `${idp}/secrets/sealing.ts`,
    refused: ['node:fs', 'argon2', 'zod', 'nodemailer', '../domain/account/account.ts', '../config.ts'],
    allowed: ['node:crypto', './secret-key.ts'],
  },
  {
    name: 'storage',
    file: `${idp}/storage/knex-account-store.ts`,
    refused: [
      'koa',
      '@koa/router',
      'oidc-provider',
      'oidc-provider/lib/helpers/weak_cache.js',
      '../http/sign-in.ts',
      '../oidc/provider.ts',
      '../cli/program.ts',
      '../compose.ts',
      '../main.ts',
    ],
    allowed: ['knex', 'pg', '@electric-sql/pglite', '../domain/account/account.ts', '../secrets/sealing.ts'],
  },
  {
    name: 'password hashing',
    file: `${idp}/passwords/argon2-password-hasher.ts`,
    refused: [
      'knex',
      'koa',
      'oidc-provider',
      '../storage/knex-account-store.ts',
      '../http/sign-in.ts',
      '../compose.ts',
    ],
    allowed: ['argon2', 'node:crypto', '../domain/account/account.ts'],
  },
  {
    name: 'outgoing requests',
    file: `${idp}/outgoing/outgoing-fetch.ts`,
    refused: ['knex', 'koa', 'oidc-provider', '../storage/knex-account-store.ts', '../oidc/provider.ts', '../serve.ts'],
    allowed: ['node:https', 'node:dns/promises', '../domain/client/private-address.ts'],
  },
  {
    name: 'oidc',
    file: `${idp}/oidc/provider.ts`,
    refused: [
      'knex',
      'pg',
      'oidc-provider/lib/helpers/weak_cache.js',
      '../storage/knex-account-store.ts',
      '../http/sign-in.ts',
      '../cli/program.ts',
      '../compose.ts',
    ],
    allowed: ['oidc-provider', 'koa', './engine-internals.ts', '../domain/account/account.ts'],
  },
  {
    name: 'the one module that reaches into the engine',
    file: `${idp}/oidc/engine-internals.ts`,
    refused: ['knex', '../storage/knex-account-store.ts', '../http/sign-in.ts', '../compose.ts'],
    allowed: ['oidc-provider', 'oidc-provider/lib/helpers/weak_cache.js'],
  },
  {
    name: 'http',
    file: `${idp}/http/interactions/sign-in.ts`,
    refused: [
      'knex',
      'pg',
      '@electric-sql/pglite/node-postgres',
      'oidc-provider/lib/helpers/weak_cache.js',
      '../../storage/knex-account-store.ts',
      '../../cli/program.ts',
      '../../compose.ts',
    ],
    allowed: ['koa', '@koa/router', 'oidc-provider', '../../oidc/provider.ts', '../../domain/account/account.ts'],
  },
  {
    name: 'the command line',
    file: `${idp}/cli/program.ts`,
    refused: [
      'knex',
      'koa',
      'oidc-provider',
      '../storage/knex-account-store.ts',
      '../http/sign-in.ts',
      '../compose.ts',
    ],
    allowed: ['commander', 'node:http', '../domain/account/account.ts', '../config.ts'],
  },
  {
    name: 'settings',
    file: `${idp}/config.ts`,
    refused: [
      'knex',
      'koa',
      './compose.ts',
      './storage/knex-account-store.ts',
      './http/sign-in.ts',
      './cli/program.ts',
    ],
    allowed: ['zod', './config/settings.ts', './secrets/sealing.ts'],
  },
  {
    name: 'the place where everything meets',
    file: `${idp}/compose.ts`,
    refused: ['oidc-provider/lib/helpers/weak_cache.js'],
    allowed: [
      'knex',
      'koa',
      './storage/knex-account-store.ts',
      './http/sign-in.ts',
      './cli/program.ts',
      '@latchkey/rp-discourse',
    ],
  },
  {
    name: 'what listens',
    file: `${idp}/serve.ts`,
    refused: ['oidc-provider/lib/helpers/weak_cache.js'],
    allowed: ['./compose.ts', './cli/control-socket.ts', './storage/open-database.ts', './http/request-limits.ts'],
  },
  {
    name: 'main',
    file: `${idp}/main.ts`,
    refused: ['oidc-provider/lib/helpers/weak_cache.js'],
    allowed: ['./compose.ts', './config.ts', './cli/program.ts', './storage/knex-account-store.ts'],
  },
  {
    name: 'the tests of the provider',
    file: 'packages/idp/test/session/ending.test.ts',
    refused: ['oidc-provider/lib/helpers/weak_cache.js', '../../../../node_modules/oidc-provider/lib/provider.js'],
    allowed: ['knex', '../../src/storage/knex-account-store.ts', '../../src/compose.ts'],
  },
  {
    name: 'a migration',
    file: 'packages/idp/migrations/20300101000000_example.ts',
    refused: ['../src/domain/account/account.ts', './20290101000000_earlier.ts', 'pg', 'zod'],
    allowed: ['knex', 'node:crypto'],
  },
  {
    name: 'a relying party',
    file: 'packages/rp-discourse/src/bridge.ts',
    refused: ['@latchkey/idp', '../../idp/src/domain/account/account.ts'],
    allowed: ['openid-client', 'jose', './logout-token.ts', '@latchkey/rp-core'],
  },
  {
    name: "the relying party's decisions",
    file: `${core}/linking/decide-link.ts`,
    refused: [
      '@latchkey/idp',
      'koa',
      'openid-client',
      'jose',
      'node:sqlite',
      'node:http',
      '../endpoints/callback.ts',
      '../koa/index.ts',
      '../sqlite/sqlite-users.ts',
      '../relying-party.ts',
    ],
    allowed: ['node:crypto', './local-users.ts', '../session/local-session-store.ts'],
  },
  {
    name: "the relying party's receivers",
    file: `${core}/receivers/verify-logout-token.ts`,
    refused: ['@latchkey/idp', 'koa', 'openid-client', '../endpoints/endpoints.ts', '../sqlite/sqlite-sessions.ts'],
    allowed: ['jose', './issuer-keys.ts', '../one-time-store.ts'],
  },
  {
    name: "the relying party's connection to the issuer",
    file: `${core}/issuer/issuer-connection.ts`,
    refused: ['@latchkey/idp', 'koa', 'jose', '../endpoints/callback.ts'],
    allowed: ['openid-client', '../settings.ts', '../sign-in/attempt.ts'],
  },
  {
    name: "the relying party's addresses",
    file: `${core}/endpoints/callback.ts`,
    refused: ['@latchkey/idp', 'koa', 'openid-client', 'node:sqlite', '../koa/index.ts', '../relying-party.ts'],
    allowed: ['../issuer/issuer-error.ts', '../session/local-session.ts', './start.ts'],
  },
  {
    name: 'the relying party as a whole',
    file: `${core}/relying-party.ts`,
    refused: ['@latchkey/idp', 'koa', 'openid-client', './koa/index.ts', './sqlite/index.ts'],
    allowed: ['./endpoints/endpoints.ts', './issuer/issuer-connection.ts'],
  },
  {
    name: "the relying party's binding for Koa",
    file: `${core}/koa/sign-in-through.ts`,
    refused: ['@latchkey/idp', 'openid-client', '../sqlite/index.ts', '../endpoints/callback.ts'],
    allowed: ['koa', '../relying-party.ts', '../api/verify-api-token.ts'],
  },
  {
    name: "the relying party's stores for SQLite",
    file: `${core}/sqlite/sqlite-sessions.ts`,
    refused: ['@latchkey/idp', 'koa', 'openid-client', '../endpoints/callback.ts', '../relying-party.ts'],
    allowed: ['node:sqlite', '../session/local-session.ts', '../linking/local-users.ts'],
  },
  {
    name: 'an example',
    file: 'examples/notes/src/app.ts',
    refused: ['@latchkey/idp', '../../../packages/idp/src/compose.ts'],
    allowed: ['koa', '@latchkey/rp-core', '@latchkey/rp-core/sqlite'],
  },
];

/** Every form in which one file can depend on another; each has to be refused. One line each. */
const forms: readonly ((source: string) => string)[] = [
  (source) => `import { a as ${nameFor('value', source)} } from '${source}';`,
  (source) => `import type { A as ${nameFor('type', source)} } from '${source}';`,
  (source) => `export { a as ${nameFor('export', source)} } from '${source}';`,
  (source) => `await import('${source}');`,
];

describe('the layer rules of .oxlintrc.json', () => {
  let findings: readonly Finding[];

  // One run of the linter for all: at each rule's place a file with a line for every import in every form.
  before(() => {
    findings = lint(Object.fromEntries(layerRules.map((rule) => [rule.file, linesOf(rule).join('\n')])));
  });

  const isRefused = (rule: LayerRule, line: string): boolean => {
    const number = linesOf(rule).indexOf(line) + 1;
    return findings.some(
      (finding) =>
        finding.code === 'eslint(no-restricted-imports)' && finding.file === rule.file && finding.line === number,
    );
  };

  for (const rule of layerRules) {
    it(`refuse what ${rule.name} must not reach`, () => {
      const missed = inEveryForm(rule.refused).filter((line) => !isRefused(rule, line));
      assert.deepEqual(missed, []);
    });

    it(`allow what ${rule.name} stands on`, () => {
      const wronged = inEveryForm(rule.allowed).filter((line) => isRefused(rule, line));
      assert.deepEqual(wronged, []);
    });
  }
});

describe('the other rules of .oxlintrc.json', () => {
  const codesFor = (files: Readonly<Record<string, string>>): string[] =>
    lint(files)
      .map(({ code }) => code)
      .toSorted();

  it('refuse a promise that nobody waits for, but not the ones that node:test hands out', () => {
    const work = `const work = async (): Promise<void> => {};\n`;
    assert.deepEqual(codesFor({ [`${idp}/a.ts`]: `${work}work();\n` }), ['typescript(no-floating-promises)']);
    const suite = `describe('a', () => {\n  before(work);\n  it('b', work);\n});\n`;
    const imports = `import { before, describe, it } from 'node:test';\n`;
    assert.deepEqual(codesFor({ 'packages/idp/test/a.test.ts': `${imports}${work}${suite}` }), []);
  });

  it('refuse a promise where a condition or a void callback is wanted', () => {
    const text = `const is = async (): Promise<boolean> => true;\nif (is()) [1].forEach(async () => { await is(); });\n`;
    assert.deepEqual(codesFor({ [`${idp}/a.ts`]: text }), [
      'typescript(no-misused-promises)',
      'typescript(no-misused-promises)',
    ]);
  });

  it('refuse files that import each other, be it only for a type', () => {
    const files = {
      [`${idp}/domain/a.ts`]: `import { b } from './b.ts';\nexport type A = string;\nexport const a: A = b;\n`,
      [`${idp}/domain/b.ts`]: `import type { A } from './a.ts';\nexport const b: A = 'b';\n`,
    };
    assert.deepEqual(codesFor(files), ['import(no-cycle)', 'import(no-cycle)']);
  });

  it('refuse the environment and the console everywhere but in main', () => {
    const text = `console.log(process.env);\n`;
    assert.deepEqual(codesFor({ [`${idp}/http/a.ts`]: text }), ['eslint(no-console)', 'node(no-process-env)']);
    assert.deepEqual(codesFor({ [`${idp}/main.ts`]: text }), []);
  });
});

interface Finding {
  readonly code: string;
  readonly file: string;
  readonly line: number;
}

interface OxlintReport {
  readonly diagnostics: readonly {
    readonly code?: string;
    readonly message: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

/** One file holds many of them, and no name twice. */
function nameFor(kind: string, source: string): string {
  return `${kind}_${source.replaceAll(/\W/g, '_')}`;
}

function inEveryForm(sources: readonly string[]): string[] {
  return sources.flatMap((source) => forms.map((write) => write(source)));
}

function linesOf(rule: LayerRule): string[] {
  return inEveryForm([...rule.refused, ...rule.allowed]);
}

/** Lints these files as if the repository held nothing else, in a folder of its own: nobody else meets them. */
function lint(files: Readonly<Record<string, string>>): Finding[] {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-lint-'));
  try {
    for (const settings of ['.oxlintrc.json', 'tsconfig.json', 'tsconfig.base.json']) {
      copyFileSync(join(repository, settings), join(folder, settings));
    }
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const oxlint = join(repository, 'node_modules', 'oxlint', 'bin', 'oxlint');
    const { stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', '--format=json', ...Object.keys(files)], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const { diagnostics } = JSON.parse(stdout) as OxlintReport;
    const unread = diagnostics.find(({ code }) => code === undefined); // a file that the linter cannot read
    if (unread !== undefined) throw new Error(`${unread.filename}: ${unread.message}`);
    return diagnostics.map(({ code, filename, labels }) => ({
      code: code ?? '',
      file: filename,
      line: labels[0]?.span.line ?? 0,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
