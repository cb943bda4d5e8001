import { escapeHtml } from './escape-html.ts';

/** A page that the sign-in shows: what happened, and what the person can do now. All texts are plain. */
export interface Page {
  readonly title: string;
  readonly text: string;
  readonly links: readonly { readonly label: string; readonly href: string }[];
  readonly forms?: readonly PageForm[];
}

export interface PageForm {
  readonly action: string;
  /** Named `password`, as the one field that people fill in. */
  readonly passwordLabel?: string;
  readonly hidden: Readonly<Record<string, string>>;
  readonly button: string;
}

/** What stands on the page, for the application's own dress around it. */
export const pageContent = ({ title, text, links, forms = [] }: Page): string =>
  [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(text)}</p>`,
    ...forms.map(formHtml),
    ...links.map(({ label, href }) => `<p><a href="${escapeHtml(href)}">${escapeHtml(label)}</a></p>`),
  ].join('\n');

/** A page without any style of its own. */
export const plainPage =
  (applicationName: string) =>
  (page: Page): string =>
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} – ${escapeHtml(applicationName)}</title>
</head>
<body>
<main>
${pageContent(page)}
</main>
</body>
</html>
`;

const formHtml = ({ action, passwordLabel, hidden, button }: PageForm): string =>
  [
    `<form method="post" action="${escapeHtml(action)}">`,
    ...Object.entries(hidden).map(
      ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    ),
    ...(passwordLabel === undefined
      ? []
      : [
          `<p><label>${escapeHtml(passwordLabel)} <input type="password" name="password" autocomplete="current-password" required></label></p>`,
        ]),
    `<p><button>${escapeHtml(button)}</button></p>`,
    '</form>',
  ].join('\n');
