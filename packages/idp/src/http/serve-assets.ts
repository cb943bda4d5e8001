import type { Middleware } from 'koa';
import type { Assets } from './assets/assets.ts';
import { assetHeaders } from './security-headers.ts';

/** `/assets/NAME.HASH.EXT`, from memory. */
export const serveAssets = (assets: Assets, issuer: URL): Middleware => {
  return async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.find(ctx.path) : undefined;
    if (!asset) return next();
    ctx.set(assetHeaders(issuer, asset));
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = asset.body;
  };
};
