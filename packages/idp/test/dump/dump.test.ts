import { eachDatabase } from '../support/test-database.ts';
import { describeDump } from './dump-suite.ts';

eachDatabase((_kind, open) => describeDump(open));
