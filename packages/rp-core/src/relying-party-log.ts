/**
 * Takes note of what an administrator would want to know. Details hold no token, code, cookie or address of a person.
 * @param event such as `heartbeat.no-answer`
 */
export type RelyingPartyLog = (event: string, details: Readonly<Record<string, string | number | boolean>>) => void;
