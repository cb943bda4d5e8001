import type { Html } from '../html/html.ts';
import { errorPage } from './error-page.ts';
import type { PageContext } from './site.ts';

export interface NotFoundPageModel extends PageContext {
  readonly homeUrl: string;
  readonly requestId?: string | undefined;
}

/** Says that there is no such page, and leads to the start page. */
export const notFoundPage = ({ homeUrl, ...model }: NotFoundPageModel): Html =>
  errorPage({ ...model, kind: 'notFound', link: { url: homeUrl } });
