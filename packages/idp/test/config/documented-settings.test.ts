import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseEnv } from 'node:util';
import { readConfig } from '../../src/config.ts';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** The names that `readConfig` looks up. */
function settingsRead(): Set<string> {
  const names = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get: (_env, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  readConfig(env);
  return names;
}

describe('the documentation of the settings', () => {
  const settings = new Set([...settingsRead()].filter((name) => !name.endsWith('_FILE')));

  it('has one line in the table for each setting, and for nothing else', () => {
    const documented = [...read('docs/settings.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(new Set(documented), settings);
    assert.equal(documented.length, settings.size);
  });

  it('names the settings that may stand in a file', () => {
    const inFiles = [...settingsRead()].filter((name) => name.endsWith('_FILE'));
    assert.deepEqual(
      inFiles.toSorted((a, b) => a.localeCompare(b)),
      ['DATABASE_URL_FILE', 'SECRET_KEY_FILE'],
    );
  });

  it('has a template with each setting, which works once its comment signs are taken away', () => {
    const env = parseEnv(read('.env.example').replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
    assert.deepEqual(new Set(Object.keys(env)), settings);
    assert.equal(env['ACCENT_COLOUR'], readConfig({}).organisation.accentColour);
    const logo = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    const secretKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
    const config = readConfig({ ...env, SECRET_KEY: secretKey }, { readFile: () => logo });
    assert.equal(config.issuer.url, 'https://accounts.example.org');
  });
});
