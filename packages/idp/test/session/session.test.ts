import { after, before } from 'node:test';
import { eachDatabase } from '../support/test-database.ts';
import { describeSessionEnds } from './session-end-suite.ts';
import { describeSessionIdentity } from './session-identity-suite.ts';
import { SessionWorld } from './session-world.ts';

eachDatabase((_kind, open) => {
  let world: SessionWorld;
  before(async () => {
    world = await SessionWorld.open(open);
  });
  after(() => world.close());

  describeSessionEnds(() => world);
  describeSessionIdentity(() => world);
});
