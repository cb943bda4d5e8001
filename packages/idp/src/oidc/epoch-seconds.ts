/** Whole seconds since 1970, as JWTs count (RFC 7519, NumericDate). */
export const epochSeconds = (date: Date = new Date()): number => Math.floor(date.getTime() / 1000);
