import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildWordPressPlugin, wordpressPlugin } from '../package/build-wordpress-plugin.ts';
import type { Plugin } from './wordpress.ts';

/** Our plugin for WordPress, built, as `plugins` takes it; none where it is not there. */
export const latchkeyPlugin = (): readonly Plugin[] => {
  if (!existsSync(join(wordpressPlugin, 'latchkey.php'))) return [];
  buildWordPressPlugin();
  return [{ name: 'latchkey', folder: wordpressPlugin }];
};
