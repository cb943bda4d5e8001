export { bearerApi, type BearerApiOptions } from './bearer-api.ts';
export { requireSignIn, signInThrough, type LatchkeyState, type SignInThroughOptions } from './sign-in-through.ts';
