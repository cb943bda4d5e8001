import { createHash } from 'node:crypto';

import type { HexColour } from './contrast.ts';
import { defaultLogo } from './default-logo.ts';
import { stylesheet } from './stylesheet.ts';
import { submitFormScript } from './submit-form-script.ts';

/** A file that pages load. Its path changes with its content, so a browser may keep it for ever. */
export interface Asset {
  /** `/assets/NAME.HASH.EXTENSION` */
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** A strong entity tag, with its quotation marks (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

export type AssetName = 'stylesheet' | 'submitForm' | 'logo';

/** The assets of this process, made once at start and held in memory. */
export class Assets {
  readonly #byName: Readonly<Record<AssetName, Asset>>;
  readonly #byPath: ReadonlyMap<string, Asset>;

  constructor(byName: Readonly<Record<AssetName, Asset>>) {
    this.#byName = byName;
    this.#byPath = new Map(Object.values(byName).map((asset) => [asset.path, asset]));
  }

  /** The path to write into a page. */
  pathOf(name: AssetName): string {
    return this.#byName[name].path;
  }

  /** The asset at a request's path; undefined for every other path, also that of an earlier content. */
  find(path: string): Asset | undefined {
    return this.#byPath.get(path);
  }
}

/** An organisation's own logo. */
interface LogoFile {
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** Makes all assets in the organisation's colour (`#rrggbb`), with its logo where it has set one. */
export const buildAssets = (accentColour: HexColour, logo?: LogoFile): Assets =>
  new Assets({
    stylesheet: toAsset('style', 'css', 'text/css; charset=utf-8', Buffer.from(stylesheet(accentColour))),
    submitForm: toAsset('submit-form', 'js', 'text/javascript; charset=utf-8', Buffer.from(submitFormScript)),
    logo:
      logo === undefined
        ? toAsset('logo', 'svg', 'image/svg+xml', Buffer.from(defaultLogo(accentColour)))
        : toAsset('logo', extensionOf(logo.mediaType), logo.mediaType, Buffer.from(logo.content)),
  });

/** `svg` of `image/svg+xml`, `png` of `image/png`. */
const extensionOf = (mediaType: string): string => /^image\/([a-z]+)/.exec(mediaType)?.[1] ?? 'image';

function toAsset(name: string, extension: string, contentType: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  return { path: `/assets/${name}.${hash}.${extension}`, contentType, body, etag: `"${hash}"` };
}
