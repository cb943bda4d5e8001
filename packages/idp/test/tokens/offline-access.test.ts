import { eachDatabase } from '../support/test-database.ts';
import { describeOfflineAccess } from './offline-access-suite.ts';
import { TokenWorld } from '../support/token-world.ts';

eachDatabase((_kind, open) => {
  const world = new TokenWorld(open);
  describeOfflineAccess(world);
});
