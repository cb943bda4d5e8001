import { chooseLanguage } from './choose-language.ts';
import type { LanguagePreferences } from './choose-language.ts';
import { en } from './en.ts';
import type { Messages } from './messages.ts';

/** The languages that there are; the first one is used when nobody asks for one of them. */
const languages: readonly [Messages, ...Messages[]] = [en];

/** The texts in the language that a request asks for, or in the first language that there is. */
export const chooseMessages = (preferences: LanguagePreferences): Messages => chooseLanguage(preferences, languages);
