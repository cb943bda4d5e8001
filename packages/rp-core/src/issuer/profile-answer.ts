/**
 * What came of asking for the profile with a local session's bearer:
 * - `profile`: it lives, and these are the claims;
 * - `unchanged`: it lives, and the claims are as before (304);
 * - `ended`: the issuer says that this bearer is good for nothing;
 * - `no-answer`: nothing is known.
 */
export type ProfileAnswer =
  | { readonly kind: 'profile'; readonly claims: Record<string, unknown>; readonly etag: string | undefined }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'no-answer'; readonly reason: string };
