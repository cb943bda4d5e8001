import { InMemoryLocalUsers } from './in-memory-local-users.ts';
import { describeLocalUsers } from './local-users-suite.ts';

for (const unique of [true, false]) {
  describeLocalUsers(`InMemoryLocalUsers with ${unique ? 'unique' : 'shared'} addresses`, async () => {
    const users = new InMemoryLocalUsers({ uniqueEmails: unique });
    return await Promise.resolve({
      users,
      fromElsewhere: users,
      emailRule: { unique, required: false },
      close: async () => await Promise.resolve(),
    });
  });
}
