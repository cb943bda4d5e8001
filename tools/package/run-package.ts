// `npm run package`: what is handed out, into dist.
import { fileURLToPath } from 'node:url';
import { packageWordPressPlugin } from './package-wordpress-plugin.ts';

console.log(packageWordPressPlugin(fileURLToPath(new URL('../../dist', import.meta.url))));
