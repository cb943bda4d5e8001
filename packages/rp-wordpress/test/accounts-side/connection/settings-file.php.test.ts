import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationKindError } from '@latchkey/application-kind';
import { wordpress } from '../../../src/accounts-side/index.ts';

const settings = { issuer: 'https://accounts.example.org', clientId: 'blog', clientSecret: 'lks_secret' };

describe('latchkey-config.php', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'latchkey-wordpress-'));
    folder = join(parent, 'blog');
    await mkdir(folder);
    await writeFile(join(folder, 'wp-settings.php'), '<?php');
    await writeFile(join(folder, 'wp-config.php'), '<?php');
  });
  afterEach(() => rm(parent, { recursive: true }));

  const write = async (from = folder): Promise<string> => {
    const file = await wordpress.findSettingsFile(from);
    await (await file.prepare()).write(settings);
    return file.path;
  };
  const rejects = (promise: Promise<unknown>, code: string, says: RegExp): Promise<void> =>
    assert.rejects(
      promise,
      (error) => error instanceof ApplicationKindError && error.code === code && says.test(error.message),
    );

  it('stands next to wp-config.php, readable by its owner alone, and nothing else is left there', async () => {
    const path = await write();
    assert.equal(path, join(folder, 'latchkey-config.php'));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder)).toSorted(), ['latchkey-config.php', 'wp-config.php', 'wp-settings.php']);
    assert.deepEqual((await wordpress.findSettingsFile(folder)).present, settings);
  });

  it('stands above WordPress where wp-config.php does', async () => {
    await rm(join(folder, 'wp-config.php'));
    await writeFile(join(parent, 'wp-config.php'), '<?php');
    assert.equal(await write(), join(parent, 'latchkey-config.php'));
  });

  it('replaces itself, and keeps that its group may read it, but nothing wider', async () => {
    const path = await write();
    await chmod(path, 0o640);
    await write();
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    await chmod(path, 0o666);
    await write();
    assert.equal((await stat(path)).mode & 0o777, 0o640);
  });

  it('belongs to whom wp-config.php belongs to, where it can be given away', async () => {
    const config = join(folder, 'wp-config.php');
    if (getuid?.() === 0) await chown(config, 12_345, 12_346);
    const [of, owner] = [await stat(await write()), await stat(config)];
    assert.deepEqual([of.uid, of.gid], [owner.uid, owner.gid]);
  });

  it('leaves everything as it was where it is not written after all', async () => {
    const file = await wordpress.findSettingsFile(folder);
    assert.equal(file.present, undefined);
    await (await file.prepare()).discard();
    assert.deepEqual((await readdir(folder)).toSorted(), ['wp-config.php', 'wp-settings.php']);
  });

  it('tells WordPress its constants, and a visitor nothing', async () => {
    const path = await write();
    const php = (code: string): string => execFileSync('php', ['-r', code, path], { encoding: 'utf8' });
    const say = 'echo LATCHKEY_ISSUER, " ", LATCHKEY_CLIENT_ID, " ", LATCHKEY_CLIENT_SECRET;';
    assert.equal(
      php(`define("ABSPATH", "/"); require $argv[1]; ${say}`),
      'https://accounts.example.org blog lks_secret',
    );
    assert.equal(
      php(`define("ABSPATH", "/"); define("LATCHKEY_CLIENT_ID", "own"); require $argv[1]; ${say}`),
      'https://accounts.example.org own lks_secret',
    );
    assert.equal(php('require $argv[1]; echo "reached";'), '');
  });

  it('is refused where there is no WordPress', async () => {
    await rejects(
      wordpress.findSettingsFile(join(parent, 'missing')),
      'ERR_LOCAL_FOLDER',
      /cannot be opened \(ENOENT\)/,
    );
    await rejects(wordpress.findSettingsFile(parent), 'ERR_LOCAL_FOLDER', /has no wp-settings\.php/);
    await rejects(
      wordpress.findSettingsFile(join(folder, 'wp-config.php')),
      'ERR_LOCAL_FOLDER',
      /has no wp-settings\.php|cannot be/,
    );
    await rm(join(folder, 'wp-config.php'));
    await rejects(wordpress.findSettingsFile(folder), 'ERR_LOCAL_FOLDER', /has no wp-config\.php/);
  });

  it('does not take the wp-config.php of another WordPress above', async () => {
    await rm(join(folder, 'wp-config.php'));
    await writeFile(join(parent, 'wp-config.php'), '<?php');
    await writeFile(join(parent, 'wp-settings.php'), '<?php');
    await rejects(wordpress.findSettingsFile(folder), 'ERR_LOCAL_FOLDER', /has no wp-config\.php/);
  });

  it('replaces nothing that somebody else wrote', async () => {
    const path = join(folder, 'latchkey-config.php');
    await writeFile(path, '<?php echo "mine";');
    await rejects(wordpress.findSettingsFile(folder), 'ERR_SETTINGS_FILE', /was not written by latchkey connect/);
    await rm(path);
    await mkdir(path);
    await rejects(wordpress.findSettingsFile(folder), 'ERR_SETTINGS_FILE', /not a regular file/);
  });

  it('follows no link that stands in its place', async () => {
    const target = join(parent, 'target');
    await writeFile(target, 'kept');
    await symlink(target, join(folder, 'latchkey-config.php'));
    await rejects(wordpress.findSettingsFile(folder), 'ERR_SETTINGS_FILE', /not a regular file/);
    assert.equal(await readFile(target, 'utf8'), 'kept');
  });

  it('says so where it cannot be written, before there is a secret to lose', async () => {
    const file = await wordpress.findSettingsFile(folder);
    await rm(folder, { recursive: true });
    await rejects(file.prepare(), 'ERR_SETTINGS_FILE', /latchkey-config\.php cannot be written \(ENOENT\)/);
  });
});
