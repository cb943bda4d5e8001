import './known-browsers-suite.ts';
import './rate-limits-suite.ts';
import './sign-in-suite.ts';
import './sign-in-limits-suite.ts';
