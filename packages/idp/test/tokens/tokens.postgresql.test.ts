import { eachDatabase } from '../support/test-database.ts';
import { describeDpop } from './dpop-suite.ts';
import { describeIntrospectionAndRevocation } from './introspection-suite.ts';
import { describeOfflineAccess } from './offline-access-suite.ts';
import { describePushedAuthorizationRequests } from './pushed-authorization-suite.ts';
import { describeResourceIndicators } from './resource-indicators-suite.ts';
import { describeSessionBoundTokens } from './session-bound-suite.ts';
import { TokenWorld } from '../support/token-world.ts';

eachDatabase((_kind, open) => {
  const world = new TokenWorld(open);
  describeSessionBoundTokens(world);
  describeIntrospectionAndRevocation(world);
  describeOfflineAccess(world);
  describePushedAuthorizationRequests(world);
  describeResourceIndicators(world);
  describeDpop(world);
});
