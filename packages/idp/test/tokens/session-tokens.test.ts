import { eachDatabase } from '../support/test-database.ts';
import { describeSessionBoundTokens } from './session-bound-suite.ts';
import { TokenWorld } from './token-world.ts';

eachDatabase((_kind, open) => {
  const world = new TokenWorld(open);
  describeSessionBoundTokens(world);
});
