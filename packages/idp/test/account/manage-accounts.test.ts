import './account-store-suite.ts';
import './manage-accounts-suite.ts';
