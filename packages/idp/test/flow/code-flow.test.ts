import { eachDatabase } from '../support/test-database.ts';
import { describeCodeFlow } from './code-flow-suite.ts';

eachDatabase((_kind, open) => describeCodeFlow(open));
