import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingPhpApplicationPackages } from './php-application-packages.ts';

const everyExtension = ['Core', 'apcu', 'curl', 'dom', 'gd', 'intl', 'mbstring', 'mysqli', 'pdo_sqlite'];

describe('packages of the PHP applications', () => {
  it('are all missing on a bare machine, a web server that is not Apache among them', () => {
    const missing = missingPhpApplicationPackages({ has: () => false, phpExtensions: () => [] });
    for (const name of ['nginx', 'php-fpm', 'wordpress', 'mediawiki', 'mariadb-server-core', 'php-sqlite3']) {
      assert.ok(missing.includes(name), name);
    }
    assert.equal(missing.includes('apache2'), false);
  });

  it('are not missing where everything is', () => {
    assert.deepEqual(missingPhpApplicationPackages({ has: () => true, phpExtensions: () => everyExtension }), []);
  });

  it('are named one by one: a theme, an extension of PHP', () => {
    const missing = missingPhpApplicationPackages({
      has: (path) => !path.endsWith('twentytwentythree'),
      phpExtensions: () => everyExtension.filter((name) => name !== 'intl'),
    });
    assert.deepEqual(missing, ['wordpress-theme-twentytwentythree', 'php-intl']);
  });
});
