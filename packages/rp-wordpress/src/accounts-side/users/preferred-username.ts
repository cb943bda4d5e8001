/** `preferred_username` at the provider; `test/vectors/usernames.json` holds both to the same names. */
const grammar = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const minLength = 4;
const maxLength = 20;

type PreferredUsername =
  | { readonly username: string; readonly fault?: undefined }
  | { readonly username?: undefined; readonly fault: string };

const faulty = (fault: string): PreferredUsername => ({ fault });

/**
 * See `UsernameRules.preferredUsernameOf`. WordPress compares user names without case, so `Alice` there is `alice` here. Nothing
 * else is folded: with an accent, a blank, a dot or an underscore it would be another name.
 */
export function preferredUsernameOf(userLogin: string): PreferredUsername {
  // Only ASCII: other letters have lower cases that are ASCII (K, the sign for kelvin).
  const username = userLogin.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (/[^a-z0-9-]/.test(username)) return faulty('has characters other than letters from a to z, digits and hyphens');
  if (!/^[a-z]/.test(username)) return faulty('does not begin with a letter');
  if (!grammar.test(username)) return faulty('has a hyphen at its end, or two in a row');
  if (username.length < minLength) return faulty(`has fewer than ${minLength} characters`);
  if (username.length > maxLength) return faulty(`has more than ${maxLength} characters`);
  return { username };
}
