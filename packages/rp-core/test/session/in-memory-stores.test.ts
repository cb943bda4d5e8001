import { InMemoryOneTimeStore } from '../support/in-memory-one-time-store.ts';
import { InMemorySessions } from '../support/in-memory-sessions.ts';
import { describeLocalSessionStore } from './local-session-store-suite.ts';
import { describeOneTimeStore } from './one-time-store-suite.ts';

describeOneTimeStore('InMemoryOneTimeStore', async () => {
  const store = new InMemoryOneTimeStore();
  return { store, other: store, close: async () => undefined };
});

describeLocalSessionStore('InMemorySessions', async () => {
  const store = new InMemorySessions();
  return { store, other: store, close: async () => undefined };
});
