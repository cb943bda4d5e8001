import assert from 'node:assert/strict';
import type { Answer } from '../support/user-agent.ts';
import { page, refuse, toClient, type Section } from './refusal.ts';
import type { WatchedUserAgent } from './secrets.ts';
import { almostDone, everyStep } from './sign-in-steps.ts';
import { otherPerson } from './world.ts';

const gets = (answers: readonly Answer[]): Answer[] =>
  [answers[0], answers.at(-1)].filter((answer) => answer !== undefined);
const posts = (answers: readonly Answer[]): readonly Answer[] => answers.slice(1, -1);

/** As a sibling host can toss cookies that carry no `__Host-` (RFC 6265bis, section 4.1.3.2). */
const toss = (from: WatchedUserAgent, to: WatchedUserAgent): void => {
  for (const [key, cookie] of from.cookies) {
    if (/latchkey-(?:interaction|resume) /.test(key)) to.cookies.set(key, cookie);
  }
};

export const otherBrowserSection: Section = {
  where: 'a sign-in, in another browser',
  rows: [
    refuse('its pages, or the way on after a right password', 400, page('otherBrowser'), async (world) => {
      const { interaction, resume } = await almostDone(world);
      const stranger = world.browser();
      const answers = gets(await everyStep(stranger, interaction, resume));
      assert.equal(await world.whoIsIn(stranger), undefined);
      return answers;
    }),
    refuse('its forms', 400, page('cookiesOff'), async (world) => {
      const { interaction, resume } = await almostDone(world);
      return posts(await everyStep(world.browser(), interaction, resume));
    }),
    refuse('all of it, where somebody signed in before', 400, page('alreadyFinished'), async (world) => {
      const { interaction, resume } = await almostDone(world);
      return everyStep(await world.signedIn(otherPerson), interaction, resume);
    }),
    refuse(
      'the attacker’s cookies tossed into a browser that was never here',
      400,
      page('otherBrowser', 'invalid_request'),
      async (world) => {
        const { interaction, resume } = await almostDone(world);
        const victim = world.browser();
        toss(interaction.browser, victim);
        const answer = await victim.ask(resume);
        assert.equal(await world.whoIsIn(victim), undefined);
        return answer;
      },
    ),
    refuse(
      'the attacker’s cookies tossed into a browser that was here, nobody signed in',
      400,
      page('signInExpired', 'invalid_request'),
      async (world) => {
        const { interaction, resume } = await almostDone(world);
        const { browser: victim } = await world.beginSignIn();
        toss(interaction.browser, victim);
        const answer = await victim.ask(resume);
        assert.equal(await world.whoIsIn(victim), undefined);
        return answer;
      },
    ),
    refuse(
      'the attacker’s cookies tossed into a browser in which somebody is signed in',
      400,
      page('alreadyFinished', 'invalid_request'),
      async (world) => {
        const { interaction, resume } = await almostDone(world);
        const victim = await world.signedIn(otherPerson);
        toss(interaction.browser, victim);
        const answer = await victim.ask(resume);
        assert.equal(await world.whoIsIn(victim), otherPerson);
        return answer;
      },
    ),
    refuse('all cookies of the attacker beside the victim’s own', 400, page('otherBrowser'), async (world) => {
      const { interaction, resume } = await almostDone(world);
      const victim = await world.signedIn(otherPerson);
      const { pathname } = new URL(resume, world.issuer);
      const both = [victim.cookieHeader(pathname), interaction.browser.cookieHeader(pathname)];
      assert.match(both[0] ?? '', /latchkey-session=.*/);
      const answers = await Promise.all([
        victim.ask(resume, { headers: { cookie: both.join('; ') } }),
        victim.ask(resume, { headers: { cookie: both.toReversed().join('; ') } }),
      ]);
      assert.equal(await world.whoIsIn(victim), otherPerson);
      return answers;
    }),
    refuse(
      'a session cookie of the attacker beside the victim’s own: nobody is signed in',
      303,
      toClient('login_required'),
      async (world) => {
        const [victim, attacker] = [await world.signedIn(otherPerson), await world.signedIn()];
        const { url } = await world.authorize({ prompt: 'none' });
        const both = [victim.cookieHeader('/auth'), attacker.cookieHeader('/auth')];
        return Promise.all([
          world.browser().ask(url, { headers: { cookie: both.join('; ') } }),
          world.browser().ask(url, { headers: { cookie: both.toReversed().join('; ') } }),
        ]);
      },
    ),
    refuse('cookies off: the page', 400, page('otherBrowser'), async (world) => {
      const { location } = await world.authorize();
      const answer = await world.browser().ask(location ?? '');
      assert.match(answer.text, /this browser does not keep the cookies of this site.*Allow cookies for this site/s);
      return answer;
    }),
  ],
};
