import './manage-clients-suite.ts';
