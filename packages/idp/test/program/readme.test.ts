import { describe } from 'node:test';
import { describeReadme } from './readme-suite.ts';

describe('the README, typed in a fresh clone', { timeout: 240_000 }, () => {
  describeReadme(
    (readme) => /^```sh\n(npm start)\n```$/m.exec(readme)?.[1] ?? '',
    () => Promise.resolve({}),
  );
});
