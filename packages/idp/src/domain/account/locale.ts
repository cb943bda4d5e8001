import { accepted, refused, type Checked } from './checked.ts';

/** RFC 5646, section 4.4.1: 35 characters hold every tag that is not extended without need. */
const maxLength = 35;

/** Checks a language tag (BCP 47, claim `locale`) and brings it into its canonical form: `de-at` becomes `de-AT`. */
export function checkLocale(locale: string): Checked<'ERR_LOCALE_INVALID'> {
  const problem = refused(
    'ERR_LOCALE_INVALID',
    'the locale must be a BCP 47 language tag such as en, de-AT or zh-Hant',
  );
  if (locale.length > maxLength) return problem;
  try {
    const [canonical] = Intl.getCanonicalLocales(locale);
    return canonical === undefined ? problem : accepted(canonical);
  } catch (error) {
    if (error instanceof RangeError) return problem;
    throw error;
  }
}
