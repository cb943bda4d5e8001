import type { LoggedRequest } from '../../../tools/stage/named-host.ts';
import { accounts, type Stage } from '../../../tools/stage/stage.ts';

/** What came to the provider since the start or since `clear`. */
export interface ProviderCalls {
  /** Everything, oldest first. */
  all(): Promise<readonly LoggedRequest[]>;
  /** The silent trips of browsers (`prompt=none`). */
  trips(): Promise<number>;
  /** How often an application asked whether a session lives, and how that was answered. */
  heartbeats(): Promise<readonly number[]>;
  clear(): Promise<void>;
}

const isTrip = ({ target }: LoggedRequest): boolean =>
  target.startsWith('/auth?') && /[?&]prompt=none(?:&|$)/.test(target);

export const recordProviderCalls = async (stage: Pick<Stage, 'host' | 'request'>): Promise<ProviderCalls> => {
  const host = stage.host(accounts);
  const mark = '/robots.txt?mark';
  const logged = async (): Promise<readonly LoggedRequest[]> => {
    // nginx writes down a request after its answer; with one worker, whatever was answered before this one is written.
    await stage.request(`${host.origin}${mark}`);
    return (await host.requests()).filter(({ target }) => target !== mark);
  };
  let from = (await logged()).length;
  const all = async (): Promise<readonly LoggedRequest[]> => (await logged()).slice(from);
  return {
    all,
    trips: async () => (await all()).filter(isTrip).length,
    heartbeats: async () => (await all()).filter(({ target }) => target === '/profile').map(({ status }) => status),
    clear: async () => {
      from = (await logged()).length;
    },
  };
};
