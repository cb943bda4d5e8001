import { eachDatabase } from '../support/test-database.ts';
import { describeKeys } from './keys-suite.ts';

eachDatabase((_kind, open) => describeKeys(open));
