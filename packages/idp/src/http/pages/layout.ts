import { html } from '../html/html.ts';
import type { Html } from '../html/html.ts';
import { textInIsolation } from './text-in-isolation.ts';
import type { PageContext } from './site.ts';

interface LayoutModel extends PageContext {
  /** Names the page in the window's title; the organisation's name is added. */
  readonly title: string;
  /** The page reports an error, so its title begins with the word. */
  readonly isError?: boolean | undefined;
  /** The page goes on there by itself, at once. */
  readonly refreshUrl?: string | undefined;
  /** The path of the only script of the page. */
  readonly scriptPath?: string | undefined;
  readonly main: Html;
}

/** The frame of every page: organisation on top, one main part in a card, the site's address below. */
export function layout({ messages, site, title, isError, refreshUrl, scriptPath, main }: LayoutModel): Html {
  const { layout: texts } = messages;
  const pageTitle = texts.pageTitle(title, site.organisationName);
  return html`<!doctype html>
<html lang="${messages.languageTag}" dir="${messages.direction}">
<head>
<meta charset="utf-8">
<title>${isError ? texts.errorTitle(pageTitle) : pageTitle}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${site.stylesheetPath}">
<link rel="icon" href="${site.faviconPath}">
${refreshUrl !== undefined && html`<meta http-equiv="refresh" content="0;url=${refreshUrl}">`}
${scriptPath !== undefined && html`<script src="${scriptPath}" defer></script>`}
</head>
<body>
<a class="skip-link" href="#main">${texts.skipToContent}</a>
<header class="site-header">
<img class="site-logo" src="${site.logoUrl}" alt="">
<span class="site-name">${site.organisationName}</span>
</header>
<main id="main" class="card" tabindex="-1">
${main}
</main>
<footer class="site-footer">
<p>${texts.footer(textInIsolation(site.organisationName), textInIsolation(site.issuerHost))}</p>
</footer>
</body>
</html>
`;
}
