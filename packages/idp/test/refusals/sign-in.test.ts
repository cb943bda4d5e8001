import { eachDatabase } from '../support/test-database.ts';
import { describeRefusals } from './describe-refusals.ts';
import { signInSections } from './sign-in-rows.ts';

eachDatabase((_kind, open) => describeRefusals(open, signInSections));
