import type { ErrorKind, ErrorMessage } from './messages.ts';

/** What went wrong and what to do now, in English. */
export const enErrors: Readonly<Record<ErrorKind, ErrorMessage>> = {
  badRequest: {
    heading: 'This request cannot be answered',
    happened: 'The application that sent you here asked in a way that is not understood.',
    now: 'Go back to the application and try again. If it happens again, tell the people who look after it.',
  },
  unknownClient: {
    heading: 'This application is not known here',
    happened: 'The application that sent you here is not registered, or it was switched off.',
    now: 'You have not been signed in to it. If you expected it to work, tell the people who look after it.',
  },
  redirectUriMismatch: {
    heading: 'The way back is not allowed',
    happened: 'The application asked to send you to an address that is not registered for it.',
    now: 'To protect your account, nothing was sent. Tell the people who look after the application.',
  },
  signInExpired: {
    heading: 'This sign-in has expired',
    happened: 'The page was open for too long, so this sign-in has ended.',
    now: 'Go back to the application and sign in again.',
  },
  otherBrowser: {
    heading: 'This sign-in belongs to another browser',
    happened: 'It was not started in this browser, or this browser does not keep the cookies of this site.',
    now: 'To protect your account it cannot go on here. Allow cookies for this site, then open the application in this browser and sign in again.',
  },
  alreadyFinished: {
    heading: 'This step is done already',
    happened: 'You went back to a page that has been answered, or answered it twice.',
    now: 'Go back to the application. You may be signed in already.',
  },
  formExpired: {
    heading: 'This form is no longer valid',
    happened: 'It was open for too long, or it did not come from this site.',
    now: 'Nothing was changed. Go back, load the page again and repeat what you wanted to do.',
  },
  cookiesOff: {
    heading: 'Cookies are needed to sign in',
    happened: 'Your browser did not return the cookie that keeps this sign-in yours.',
    now: 'Allow cookies for this site, then go back to the application and sign in again.',
  },
  notFound: {
    heading: 'There is no such page',
    happened: 'The address may be mistyped, or the page has gone.',
    now: 'Check the address, or go to the start page.',
  },
  methodNotAllowed: {
    heading: 'This page cannot be used like that',
    happened: 'The address exists, and it does not take this kind of request.',
    now: 'Go back and use the links and buttons of the page.',
  },
  tooLarge: {
    heading: 'That was too much',
    happened: 'The request was larger than this site accepts.',
    now: 'Go back, shorten what you entered and try again.',
  },
  tooManyRequests: {
    heading: 'Too many requests',
    happened: 'More requests came from you, or from your network, than this site answers in so short a time.',
    now: 'Please wait a few minutes, then try again.',
  },
  wrongHost: {
    heading: 'This address is not served here',
    happened: 'The request came under a host name that is not this site’s own.',
    now: 'Go back to the application and start there again.',
  },
  unavailable: {
    heading: 'Signing in is not possible right now',
    happened: 'A part of this site is not answering at the moment. Your account is safe.',
    now: 'Please try again in a few minutes.',
  },
  serverError: {
    heading: 'Something went wrong here',
    happened: 'The fault is on our side and was recorded.',
    now: 'Please try again. If it happens again, tell the people who look after this site, with the request below.',
  },
};
