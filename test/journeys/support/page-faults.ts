import type { BrowserContext } from 'playwright-core';

/** Whatever goes wrong on the pages of a browser from now on: errors in the console, and each breach of a page's own policy. */
export const collectFaults = async (context: BrowserContext): Promise<readonly string[]> => {
  const faults: string[] = [];
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    console.error('policy', event.effectiveDirective, event.blockedURI, 'at', event.documentURI));`);
  context.on('console', (message) => {
    // The applications have no icon, and browsers look for one.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
      faults.push(`${message.text()} (${message.page()?.url()})`);
  });
  context.on('weberror', (error) => faults.push(String(error.error())));
  return faults;
};
