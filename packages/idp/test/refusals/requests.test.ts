import { describe } from 'node:test';
import { eachDatabase } from '../support/test-database.ts';
import { describeRefusals } from './describe-refusals.ts';
import { hostSections, proxySections } from './host-rows.ts';
import { otherBrowserSection } from './other-browser-rows.ts';
import { pathAndMethodSections } from './path-and-method-rows.ts';
import { sizeAndEncodingSections } from './size-and-encoding-rows.ts';

eachDatabase((_kind, open) => {
  describe('of an issuer that is asked directly', () => {
    describeRefusals(open, [...hostSections, ...sizeAndEncodingSections, ...pathAndMethodSections]);
  });
  describe('of an issuer behind a proxy', () => {
    const env = { ISSUER: 'https://accounts.example.org', TRUST_PROXY: '127.0.0.1' };
    describeRefusals(open, [...proxySections, otherBrowserSection], { env });
  });
});
