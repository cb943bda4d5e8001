import { describe } from 'node:test';
import { eachDatabase } from '../support/test-database.ts';
import { describeRefusals } from './describe-refusals.ts';
import { interactionSections } from './interaction-rows.ts';
import { otherBrowserSection } from './other-browser-rows.ts';

// What forged forms and sign-out are answered is no matter of the database.
eachDatabase((_kind, open) => {
  describe('in a browser', () => describeRefusals(open, [...interactionSections, otherBrowserSection]));
});
