/** Whole seconds since 1970, as tokens count (RFC 7519, section 2: NumericDate). */
export const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000);
