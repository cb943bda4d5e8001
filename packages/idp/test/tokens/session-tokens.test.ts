import { eachDatabase } from '../support/test-database.ts';
import { describeIntrospectionAndRevocation } from './introspection-suite.ts';
import { describePushedAuthorizationRequests } from './pushed-authorization-suite.ts';
import { describeSessionBoundTokens } from './session-bound-suite.ts';
import { TokenWorld } from '../support/token-world.ts';

eachDatabase((_kind, open) => {
  const world = new TokenWorld(open);
  describeSessionBoundTokens(world);
  describeIntrospectionAndRevocation(world);
  describePushedAuthorizationRequests(world);
});
