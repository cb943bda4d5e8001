/** How the application's user names and ours fit together. */
export interface UsernameRules {
  /**
   * The `preferred_username` that a local user name is already: the application takes both for the same name. Never an
   * invented one. Whether it is reserved or taken is for the provider to say.
   * @returns what is wrong with it as the end of a sentence ("has …"), or the user name
   */
  preferredUsernameOf(
    localUsername: string,
  ):
    | { readonly username: string; readonly fault?: undefined }
    | { readonly username?: undefined; readonly fault: string };
}
