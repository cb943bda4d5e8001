// The parts of the engine that it does not publish types for. Read on each upgrade together with engine-internals.ts.
declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

  export type ResponseMode = (
    ctx: KoaContextWithOIDC,
    redirectUri: string,
    payload: Record<string, string>,
  ) => void | Promise<void>;

  export default function instance(provider: Provider): { readonly responseModes: Map<string, ResponseMode> };
}
