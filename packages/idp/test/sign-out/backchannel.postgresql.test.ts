import { eachDatabase } from '../support/test-database.ts';
import { describeBackchannelLogout } from './backchannel-suite.ts';

eachDatabase((_kind, open) => describeBackchannelLogout(open));
