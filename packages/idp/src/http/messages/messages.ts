import type { Html } from '../html/html.ts';

/** A phrase with marked-up parameters in it: the language decides where they stand. */
export type Phrase = Html | string;

/** What can go wrong with a request, as far as a person is told. */
export type ErrorKind =
  | 'badRequest'
  | 'unknownClient'
  | 'redirectUriMismatch'
  | 'signInExpired'
  | 'otherBrowser'
  | 'alreadyFinished'
  | 'formExpired'
  | 'cookiesOff'
  | 'notFound'
  | 'methodNotAllowed'
  | 'tooLarge'
  | 'tooManyRequests'
  | 'wrongHost'
  | 'unavailable'
  | 'serverError';

export interface ErrorMessage {
  /** The page's heading. */
  readonly heading: string;
  readonly happened: string;
  readonly now: string;
}

/**
 * Every text that people read, in one language. A language is one module with one value of this type, listed in
 * `choose-messages.ts`; a missing text fails the type check.
 */
export interface Messages {
  /** A BCP 47 tag, for the `lang` attribute and for choosing. */
  readonly languageTag: string;
  readonly direction: 'ltr' | 'rtl';

  readonly layout: {
    readonly skipToContent: string;
    readonly pageTitle: (heading: string, organisationName: string) => string;
    /** A title that says first that the page reports an error, for people who hear it. */
    readonly errorTitle: (title: string) => string;
    readonly footer: (organisationName: Html, host: Html) => Phrase;
  };

  /** Stands where an application's name is not known. */
  readonly unnamedClient: string;
  /** Stands above a person's name. */
  readonly signedInAs: string;

  readonly signIn: {
    readonly heading: string;
    readonly toContinueTo: (clientName: Html) => Phrase;
    readonly toOrganisation: (organisationName: Html) => Phrase;
    readonly againHeading: string;
    readonly againAt: (clientName: Html) => Phrase;
    readonly againHere: string;
    readonly userName: string;
    readonly password: string;
    readonly submit: string;
    readonly cancel: string;
    readonly trouble: (organisationName: Html) => Phrase;
    readonly wrong: string;
    readonly limited: (waitMinutes: number) => string;
    readonly busy: string;
    readonly formExpired: string;
  };

  readonly selectAccount: {
    readonly heading: string;
    readonly toContinueTo: (clientName: Html) => Phrase;
    readonly toContinue: string;
    readonly continueAs: (displayName: Html) => Phrase;
    readonly useAnother: string;
    readonly useAnotherNote: string;
    readonly cancel: string;
  };

  readonly consent: {
    readonly heading: (clientName: Html) => Phrase;
    readonly title: string;
    readonly asksTo: (clientName: Html) => Phrase;
    /** By scope; a scope that is not here is shown by its name. */
    readonly scopes: Readonly<Record<string, string>>;
    readonly otherScope: (scope: Html) => Phrase;
    readonly asksAtResource: (resource: Html) => Phrase;
    readonly answerGoesTo: (host: Html) => Phrase;
    readonly nativeNote: string;
    readonly allow: string;
    readonly deny: string;
  };

  readonly signOut: {
    readonly heading: string;
    readonly asks: (clientName: Html) => Phrase;
    readonly effect: string;
    readonly submit: string;
    readonly stay: string;
  };

  readonly signedOut: {
    readonly heading: string;
    readonly done: (organisationName: Html) => Phrase;
    readonly sharedComputer: string;
    readonly backTo: (clientName: Html) => Phrase;
  };

  readonly goOn: {
    readonly heading: string;
    readonly takingYouTo: (clientName: Html) => Phrase;
    readonly continueTo: (clientName: Html) => Phrase;
    readonly sendingTo: (clientName: Html) => Phrase;
    readonly submit: string;
  };

  readonly home: {
    readonly heading: (organisationName: Html) => Phrase;
    readonly title: string;
    readonly signedIn: string;
    readonly notSignedIn: string;
    readonly howToSignIn: string;
    readonly signIn: string;
    readonly signOut: string;
  };

  readonly error: {
    readonly kinds: Readonly<Record<ErrorKind, ErrorMessage>>;
    readonly details: string;
    readonly code: string;
    readonly reason: string;
    readonly requestId: string;
    readonly backTo: (clientName: Html) => Phrase;
    readonly toStart: string;
  };
}
