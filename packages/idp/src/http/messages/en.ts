import { html } from '../html/html.ts';
import { enErrors } from './en-errors.ts';
import type { Messages } from './messages.ts';

const plural = new Intl.PluralRules('en');

const minutes = (count: number): string => (plural.select(count) === 'one' ? `${count} minute` : `${count} minutes`);

export const en: Messages = {
  languageTag: 'en',
  direction: 'ltr',

  layout: {
    skipToContent: 'Skip to the main content',
    pageTitle: (heading, organisationName) => `${heading} – ${organisationName}`,
    errorTitle: (title) => `Error: ${title}`,
    footer: (organisationName, host) => html`${organisationName} accounts · ${host}`,
  },

  unnamedClient: 'the application',
  signedInAs: 'You are signed in as',

  signIn: {
    heading: 'Sign in',
    toContinueTo: (clientName) => html`to continue to ${clientName}`,
    toOrganisation: (organisationName) => html`with your ${organisationName} account`,
    againHeading: 'Sign in again',
    againAt: (clientName) => html`You are signed in already. ${clientName} asks you to confirm that it is you.`,
    againHere: 'You are signed in already. Please confirm that it is you.',
    userName: 'User name or e-mail address',
    password: 'Password',
    submit: 'Sign in',
    cancel: 'Cancel',
    trouble: (organisationName) =>
      html`Trouble signing in? The people who look after ${organisationName} accounts can help.`,
    wrong: 'The user name (or e-mail address) or the password is not right. Please check both and try again.',
    limited: (waitMinutes) =>
      `There were too many attempts to sign in. Please wait ${minutes(waitMinutes)}, then try again.`,
    busy: 'Many people are signing in right now, and your password was not checked. Please try again in a moment.',
    formExpired: 'This page was open for too long, or was opened twice. Please sign in again.',
  },

  selectAccount: {
    heading: 'Choose an account',
    toContinueTo: (clientName) => html`to continue to ${clientName}`,
    toContinue: 'to continue',
    continueAs: (displayName) => html`Continue as ${displayName}`,
    useAnother: 'Use another account',
    useAnotherNote: 'Using another account signs this one out in this browser.',
    cancel: 'Cancel',
  },

  consent: {
    title: 'Allow access',
    heading: (clientName) => html`Allow ${clientName} to use your account?`,
    asksTo: (clientName) => html`${clientName} asks to:`,
    scopes: {
      openid: 'Recognise you when you come back, by an identifier that never changes',
      profile: 'See your name, user name, picture and language',
      email: 'See your e-mail address, and whether it was verified',
      groups: 'See which groups you belong to',
      offline_access: 'Keep this access when you are signed out',
    },
    otherScope: (scope) => html`Use the permission ${scope}`,
    asksAtResource: (resource) => html`In your name, at ${resource}:`,
    answerGoesTo: (host) => html`Your answer is sent to ${host}.`,
    nativeNote:
      'This application runs on your device, so its name cannot be checked from here. Go on only if you have just started it yourself.',
    allow: 'Allow',
    deny: 'Deny',
  },

  signOut: {
    heading: 'Sign out?',
    asks: (clientName) => html`${clientName} asks to sign you out.`,
    effect: 'You will be signed out here and of the applications that you use with this account in this browser.',
    submit: 'Sign out',
    stay: 'Stay signed in',
  },

  signedOut: {
    heading: 'You are signed out',
    done: (organisationName) => html`You have left your ${organisationName} account in this browser.`,
    sharedComputer: 'If other people use this computer, close all windows of the browser now.',
    backTo: (clientName) => html`Back to ${clientName}`,
  },

  goOn: {
    heading: 'One moment',
    takingYouTo: (clientName) => html`You are being taken to ${clientName}.`,
    continueTo: (clientName) => html`Continue to ${clientName}`,
    sendingTo: (clientName) => html`Your answer is being sent to ${clientName}. If nothing happens, press the button.`,
    submit: 'Continue',
  },

  home: {
    title: 'Your account',
    heading: (organisationName) => html`Your ${organisationName} account`,
    signedIn: 'Applications that use this account know you in this browser.',
    notSignedIn: 'Nobody is signed in in this browser.',
    howToSignIn: 'Open one of your applications and choose to sign in there; it will bring you here.',
    signIn: 'Sign in',
    signOut: 'Sign out',
  },

  error: {
    kinds: enErrors,
    details: 'For those who help you',
    code: 'Error code',
    reason: 'Reason',
    requestId: 'Request',
    backTo: (clientName) => html`Back to ${clientName}`,
    toStart: 'Go to the start page',
  },
};
