import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of the browser or program behind the request that is being answered. */
export interface RequestContext {
  /** SHA-256 of the browser cookie: an interaction belongs to the browser that began it. */
  readonly browserHash: Buffer;
  /** The network that the request came from, never the full address. */
  readonly network: string;
  readonly userAgent: string | undefined;
  /** False when the browser says that the answer is for something else than the page of a tab. */
  readonly opensPage: boolean;
  /** Set when a session was found to be over while its request was being answered. */
  sessionEnded?: boolean;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const runInRequestContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);

/** Undefined outside a request. */
export const requestContext = (): RequestContext | undefined => storage.getStore();
