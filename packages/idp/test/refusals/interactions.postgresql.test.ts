import { describe } from 'node:test';
import { eachDatabase } from '../support/test-database.ts';
import { describeRefusals } from './describe-refusals.ts';
import { forgerySections } from './forgery-rows.ts';
import { interactionSections } from './interaction-rows.ts';
import { otherBrowserSection } from './other-browser-rows.ts';
import { signOutSections } from './sign-out-rows.ts';

eachDatabase((_kind, open) => {
  describe('in a browser', () =>
    describeRefusals(open, [...interactionSections, otherBrowserSection, ...forgerySections, ...signOutSections]));
});
