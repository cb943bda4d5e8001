import { Provider, type Configuration } from 'oidc-provider';
import { serveOnLoopback } from './serve-on-loopback.ts';
import type { UserAgent } from './user-agent.ts';

export interface StockProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly provider: Provider;
  /** How often each path was asked since the start, by method and path. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * An `oidc-provider` as it comes: RS256, its in-memory store, its development pages, its lifetimes, claims and userinfo. It knows
 * one client and whoever types a name, and has no hint, no `/profile`, no back-channel.
 * @param configuration what a deployment of it would say beside its client
 */
export const startStockProvider = async (
  redirectUris: (origin: string) => { readonly callback: string; readonly signedOut: string },
  configuration: Configuration = {},
): Promise<StockProvider> => {
  const client = { clientId: 'app', clientSecret: 'a-client-secret-of-the-tests' };
  const asked: string[] = [];
  const served = await serveOnLoopback((request, response) => {
    asked.push(`${request.method} ${(request.url ?? '').split('?')[0]}`);
    void handle(request, response);
  });
  // `localhost`, so that its cookies and the application's on 127.0.0.1 are apart.
  const issuer = `http://localhost:${served.port}`;
  const { callback, signedOut } = redirectUris(issuer);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [callback],
        post_logout_redirect_uris: [signedOut],
      },
    ],
    ...configuration,
  });
  const handle = provider.callback();
  return { ...client, issuer, provider, asked, close: served.close };
};

/** Types a name on the provider's development page, agrees to what it asks, and returns what the application answers. */
export const signInAtStockProvider = async (
  agent: UserAgent,
  page: { readonly response: Response; readonly addresses: readonly string[] },
  login: string,
): Promise<{ readonly response: Response; readonly addresses: readonly string[] }> => {
  let at = page;
  for (let step = 0; step < 3; step++) {
    const text = await at.response.clone().text();
    const action = /<form[^>]* action="([^"]+)" method="post">/.exec(text)?.[1];
    const prompt = /name="prompt" value="(login|consent)"/.exec(text)?.[1];
    if (action === undefined || prompt === undefined) return at;
    const url = new URL(action, at.addresses.at(-1)).href;
    at = await agent.follow(url, await agent.post(url, { prompt, login, password: 'any' }));
  }
  throw new Error('the provider asks again and again');
};
