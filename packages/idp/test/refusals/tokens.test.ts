import { eachDatabase } from '../support/test-database.ts';
import { clientAuthenticationSections } from './client-authentication-rows.ts';
import { codeSections } from './code-rows.ts';
import { describeRefusals } from './describe-refusals.ts';
import { tokenUseSections } from './token-use-rows.ts';

eachDatabase((_kind, open) =>
  describeRefusals(open, [...codeSections, ...clientAuthenticationSections, ...tokenUseSections]),
);
