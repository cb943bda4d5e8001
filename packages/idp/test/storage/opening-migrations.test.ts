import { describeMigrations } from './migrations-suite.ts';

describeMigrations();
