import { openTestDatabase, type TestDatabase } from '../../packages/idp/test/support/test-database.ts';
import { openNamedHosts, type HostMap, type NamedHosts } from './named-hosts.ts';
import { startStageBrowser, type BrowserOptions, type StageBrowser } from './stage-browser.ts';
import { stageProvider, type StageProvider } from './stage-provider.ts';

/** The hosts of every stage; the first is the provider's. */
export const accounts = 'accounts.example.test';
export const notes = 'notes.example.test';
export const journal = 'journal.example.test';

export interface StageOptions {
  /** More hosts, or other options of the usual ones. Below other domains than `example.test` they are cross-site. */
  readonly hosts?: HostMap;
  /** More settings of the provider. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly browser?: BrowserOptions;
}

/** Everything that a whole-stack journey needs. */
export interface Stage extends NamedHosts {
  readonly provider: StageProvider;
  readonly browser: StageBrowser;
  /** The provider's, for what a journey must see or shift in it: an hour later is `… - interval '1 hour'`. */
  readonly database: TestDatabase;
}

/**
 * Opens a stage: the provider is running at https://accounts.example.test, on a fresh database. What listens behind the
 * other hosts, whoever opened it starts. Several can be open at once; each is gone without trace after `close`.
 */
export const openStage = async (options: StageOptions = {}): Promise<Stage> => {
  const opened: { browser?: StageBrowser; hosts?: NamedHosts; database?: TestDatabase } = {};
  const close = async (): Promise<void> => {
    await opened.browser?.close();
    await opened.hosts?.close(); // and with it the provider, before its database goes
    await opened.database?.close();
  };
  try {
    const [database, hosts] = await both(
      openTestDatabase('postgresql').then((database) => (opened.database = database)),
      openNamedHosts({ [accounts]: {}, [notes]: {}, [journal]: {}, ...options.hosts }).then(
        (hosts) => (opened.hosts = hosts),
      ),
    );
    const provider = await stageProvider(hosts, hosts.host(accounts), database.url ?? '', options.settings ?? {});
    const [browser] = await both(
      startStageBrowser(hosts, options.browser).then((browser) => (opened.browser = browser)),
      provider.start(),
    );
    return { ...hosts, provider, browser, database, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** As `Promise.all`, but a failure waits for the other one: what it opens must be known, to be closed. */
const both = async <A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
};
