import { eachDatabase } from '../support/test-database.ts';
import { authorizationSections } from './authorization-rows.ts';
import { describeRefusals } from './describe-refusals.ts';
import { redirectUriSections } from './redirect-uri-rows.ts';

eachDatabase((_kind, open) => describeRefusals(open, [...redirectUriSections, ...authorizationSections]));
