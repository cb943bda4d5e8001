import { eachDatabase } from '../support/test-database.ts';
import { describeDpop } from './dpop-suite.ts';
import { describeResourceIndicators } from './resource-indicators-suite.ts';
import { TokenWorld } from '../support/token-world.ts';

eachDatabase((_kind, open) => {
  const world = new TokenWorld(open);
  describeResourceIndicators(world);
  describeDpop(world);
});
