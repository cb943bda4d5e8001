/** What the plugin says of itself; empty texts where it has no value. */
export interface CheckAnswer {
  readonly issuer: string;
  readonly clientId: string;
  readonly callback: string;
  readonly ready: boolean;
  /** Why it is not ready, in its own words. */
  readonly problem: string;
}

/** Undefined for anything that is not the plugin's answer. */
export function readCheckAnswer(text: string): CheckAnswer | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const members: Readonly<Record<string, unknown>> = { ...answer };
  const said = (name: string): string | undefined => {
    const value = members[name] ?? '';
    return typeof value === 'string' ? value : undefined;
  };
  const [issuer, clientId, problem] = [said('issuer'), said('client_id'), said('problem')];
  const { callback, ready } = members;
  if (issuer === undefined || clientId === undefined || problem === undefined) return undefined;
  if (typeof callback !== 'string' || typeof ready !== 'boolean') return undefined;
  return { issuer, clientId, callback, ready, problem };
}
