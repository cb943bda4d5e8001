import type Router from '@koa/router';
import { homePage } from './pages/home-page.ts';
import { signOutPurpose, type SignOutParts } from './sign-out/sign-out-parts.ts';

/** The start page: who is signed in here, and a way out. */
export const addHomeRoute = (router: Router, { pages, currentSession }: SignOutParts): void => {
  router.get('/', async (ctx) => {
    const signedIn = await currentSession.find(ctx);
    const form = signedIn && {
      account: signedIn.account,
      signOutAction: '/session/end/confirm',
      csrfToken: pages.csrfToken(ctx, signOutPurpose),
    };
    pages.answer(ctx, 200, (page) => homePage({ ...page, signedIn: form }));
  });
};
