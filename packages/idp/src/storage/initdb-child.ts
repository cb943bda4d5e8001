// Makes an empty embedded database in the directory given as the only argument. A process of its own, because this
// takes 3 seconds without a pause and 750 MB, which a provider would keep for as long as it runs.
import { PGlite } from '@electric-sql/pglite';

const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: initdb-child.ts DIRECTORY');
const database = new PGlite({ dataDir: directory });
await database.waitReady;
await database.close();
