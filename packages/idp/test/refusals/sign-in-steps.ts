import type { Answer } from '../support/user-agent.ts';
import type { WatchedUserAgent } from './secrets.ts';
import { person, type OpenInteraction, type World } from './world.ts';

/** The page, its forms and the way on, as a browser has them before it; `resume` goes on after a right password. */
export const everyStep = (
  browser: WatchedUserAgent,
  { path, fields }: OpenInteraction,
  resume: string,
): Promise<Answer[]> =>
  Promise.all([
    browser.ask(path),
    browser.ask(`${path}/sign-in`, { form: { ...fields, username: person, password: 'correct horse battery staple' } }),
    browser.ask(`${path}/cancel`, { form: fields }),
    browser.ask(`${path}/consent`, { form: { ...fields, decision: 'allow' } }),
    browser.ask(`${path}/select-account`, { form: { ...fields, decision: 'continue' } }),
    browser.ask(resume),
  ]);

/** A right password was given, and only the way on is missing. */
export const almostDone = async (world: World, username = person) => {
  const interaction = await world.beginSignIn();
  return { interaction, resume: await world.finishSignIn(interaction, username) };
};
