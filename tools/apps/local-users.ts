/** Both applications have these local users from the beginning; the administrator is `admin` to WordPress, `Admin` to MediaWiki. */
export const administratorPassword = 'Adm1n-Passw0rd';
/** Of alice and bob (to MediaWiki: Alice and Bob). */
export const userPassword = 'Us3r-Passw0rd';
