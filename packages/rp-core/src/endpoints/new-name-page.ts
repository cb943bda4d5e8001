import type { EndpointParts } from './endpoint-parts.ts';

/** Tells somebody new what they are called here, where that is not their name at the issuer: once, before they go on. */
export const newNamePage = (
  { showPage, settings }: Pick<EndpointParts, 'showPage' | 'settings'>,
  username: string,
  returnPath: string,
): string =>
  showPage({
    title: 'Welcome',
    text: `You are called ${username} at ${settings.applicationName}: your own user name is not available there. Signing in stays as it is.`,
    links: [{ label: 'Continue', href: returnPath }],
  });
