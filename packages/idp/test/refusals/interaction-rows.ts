import assert from 'node:assert/strict';
import { authorizationRequest, followToClient, refreshOf, signIn } from '../support/user-agent.ts';
import { page, refuse, toClient, works, type Section } from './refusal.ts';
import { almostDone, everyStep } from './sign-in-steps.ts';
import { otherPerson, person, type World } from './world.ts';

const expire = (world: World): Promise<unknown> =>
  world.database.knex.raw(`update interactions set expires_at = now() - interval '1 second'`);

const consents = async (world: World): Promise<number> => (await world.database.knex('consents').select()).length;

export const interactionSections: readonly Section[] = [
  {
    where: 'a sign-in, an hour later',
    rows: [
      refuse(
        'its page, its forms, and the way on after a right password',
        400,
        page('signInExpired'),
        async (world) => {
          const { interaction, resume } = await almostDone(world);
          await expire(world);
          return everyStep(interaction.browser, interaction, resume);
        },
      ),
      refuse('the same where somebody signed in meanwhile', 400, page('alreadyFinished'), async (world) => {
        const { interaction, resume } = await almostDone(world);
        await expire(world);
        await signIn(interaction.browser, authorizationRequest('app'), person);
        return everyStep(interaction.browser, interaction, resume);
      }),
    ],
  },
  {
    where: 'a sign-in, more than once',
    rows: [
      refuse('in two tabs', 303, works('both finish, each with a code'), async (world) => {
        const first = await world.beginSignIn();
        const second = await world.beginSignIn(first.browser);
        const answers = [];
        for (const interaction of [second, first]) {
          answers.push(await first.browser.ask(await world.finishSignIn(interaction)));
        }
        for (const { location } of answers) assert.ok(location?.searchParams.get('code'));
        assert.equal(answers[1]?.location?.searchParams.get('state'), first.request.state);
        return answers;
      }),
      refuse('the form twice, before it goes on', 200, works('it goes on once'), async (world) => {
        const interaction = await world.beginSignIn();
        const answers = await Promise.all([world.submitSignIn(interaction), world.submitSignIn(interaction)]);
        const [first, second] = answers.map(refreshOf);
        assert.equal(first, second);
        await followToClient(interaction.browser, await interaction.browser.ask(first ?? ''));
        return answers;
      }),
      refuse(
        'the form, the cancel button or the way on again when it is finished',
        400,
        page('alreadyFinished'),
        async (world) => {
          const { interaction, resume } = await almostDone(world);
          await followToClient(interaction.browser, await interaction.browser.ask(resume));
          return everyStep(interaction.browser, interaction, resume);
        },
      ),
      refuse('the back button after it', 400, page('alreadyFinished'), async (world) => {
        const { interaction, resume } = await almostDone(world);
        await interaction.browser.ask(resume);
        const answer = await interaction.browser.ask(interaction.path);
        assert.match(answer.text, /<a class="button" href="\/">/);
        return answer;
      }),
      refuse('cancel', 303, toClient('access_denied'), async (world) => {
        const { browser, path, fields } = await world.beginSignIn();
        const answer = await browser.ask(refreshOf(await browser.ask(`${path}/cancel`, { form: fields })));
        assert.equal(await world.whoIsIn(browser), undefined);
        return answer;
      }),
    ],
  },
  {
    where: 'a sign-in, in another order',
    rows: [
      refuse('consent before signing in', 400, page('signInExpired'), async (world) => {
        const { browser, path, fields } = await world.beginSignIn(undefined, {}, 'untrusted');
        const answer = await browser.ask(`${path}/consent`, { form: { ...fields, decision: 'allow' } });
        assert.equal(await consents(world), 0);
        return answer;
      }),
      refuse('choosing an account where that was not asked', 400, page('signInExpired'), async (world) => {
        const { browser, path, fields } = await world.beginSignIn();
        return browser.ask(`${path}/select-account`, { form: { ...fields, decision: 'continue' } });
      }),
      refuse(
        'the consent of one person when another has signed in meanwhile',
        400,
        page('alreadyFinished'),
        async (world) => {
          const browser = await world.signedIn();
          const asked = await world.beginSignIn(browser, {}, 'untrusted');
          await signIn(browser, authorizationRequest('app', { prompt: 'login' }), otherPerson);
          assert.equal(await world.whoIsIn(browser), otherPerson);
          const answer = await browser.ask(`${asked.path}/consent`, { form: { ...asked.fields, decision: 'allow' } });
          assert.equal(await consents(world), 0);
          return [answer, await browser.ask(asked.path.replace('/interaction/', '/auth/'))];
        },
      ),
      refuse('consent after being signed out from elsewhere', 400, page('signInExpired'), async (world) => {
        const browser = await world.signedIn();
        const asked = await world.beginSignIn(browser, {}, 'untrusted');
        await world.provider.command('account.sign-out', { account: person });
        const answer = await browser.ask(`${asked.path}/consent`, { form: { ...asked.fields, decision: 'allow' } });
        assert.equal(await consents(world), 0);
        return answer;
      }),
      refuse(
        'addresses to go to, in the query and in the fields of its forms',
        200,
        works('they are ignored'),
        async (world) => {
          const { browser, path, fields } = await world.beginSignIn();
          const names = ['redirect_uri', 'return_to', 'returnTo', 'next', 'url', 'continue'];
          const query = new URLSearchParams(Object.fromEntries(names.map((name) => [name, 'https://evil.example/'])));
          const form = {
            ...fields,
            ...Object.fromEntries(query),
            username: person,
            password: 'correct horse battery staple',
          };
          const shown = await browser.ask(`${path}?${query.toString()}`);
          const answer = await browser.ask(`${path}/sign-in?${query.toString()}`, { form });
          const { location } = await browser.ask(`${refreshOf(answer)}?${query.toString()}`);
          assert.equal(location?.origin, 'https://app.example.org');
          for (const { text } of [shown, answer]) assert.doesNotMatch(text, /evil/);
          return [shown, answer];
        },
      ),
      refuse('a decision that no button sends', 400, page('badRequest'), async (world) => {
        const browser = await world.signedIn();
        const consent = await world.beginSignIn(browser, {}, 'untrusted');
        const choice = await world.beginSignIn(browser, { prompt: 'select_account' });
        const answers = await Promise.all([
          browser.ask(`${consent.path}/consent`, { form: { ...consent.fields, decision: 'always' } }),
          browser.ask(`${consent.path}/consent`, { form: consent.fields }),
          browser.ask(`${choice.path}/select-account`, { form: { ...choice.fields, decision: 'allow' } }),
        ]);
        assert.equal(await consents(world), 0);
        return answers;
      }),
      refuse(
        'the consent page, and its answer, when the client was removed meanwhile',
        400,
        page('unknownClient', 'invalid_client'),
        async (world) => {
          const { client_id: clientId } = await world.provider.addClient('withdrawn', { trusted: false });
          const { browser, path, fields } = await world.beginSignIn(await world.signedIn(), {}, clientId);
          await world.provider.command('client.remove', { clientId });
          const shown = await browser.ask(path);
          return [shown, await browser.ask(`${path}/consent`, { form: { ...fields, decision: 'allow' } })];
        },
      ),
      refuse(
        'the way on when the client was disabled meanwhile',
        400,
        page('unknownClient', 'invalid_client'),
        async (world) => {
          const { client_id: clientId } = await world.provider.addClient('short-lived');
          const interaction = await world.beginSignIn(undefined, {}, clientId);
          const resume = await world.finishSignIn(interaction);
          await world.provider.command('client.disable', { clientId });
          return interaction.browser.ask(resume);
        },
      ),
      refuse(
        'the way on when its redirect URI was taken from the client meanwhile',
        400,
        page('redirectUriMismatch', 'invalid_redirect_uri'),
        async (world) => {
          const { client_id: clientId } = await world.provider.addClient('moved-away');
          const interaction = await world.beginSignIn(undefined, {}, clientId);
          const resume = await world.finishSignIn(interaction);
          await world.provider.command('client.update', {
            clientId,
            redirectUris: ['https://new.example.org/callback'],
          });
          return interaction.browser.ask(resume);
        },
      ),
      refuse(
        'the way on when the account was disabled meanwhile',
        303,
        works('no code: the sign-in page again'),
        async (world) => {
          const { username } = await world.provider.addAccount('shortlived');
          const interaction = await world.beginSignIn();
          const resume = await world.finishSignIn(interaction, username);
          await world.provider.command('account.disable', { account: username });
          const answer = await interaction.browser.ask(resume);
          assert.doesNotMatch(answer.location?.search ?? '', /code=/);
          return answer;
        },
      ),
      refuse(
        'an account switch with a second resume cookie in the jar',
        303,
        works('it goes on as the new account'),
        async (world) => {
          const browser = await world.signedIn();
          const interaction = await world.beginSignIn(browser, { prompt: 'login' });
          const resume = await world.finishSignIn(interaction, otherPerson);
          const header = browser.cookieHeader(new URL(resume, world.issuer).pathname);
          const answer = await browser.ask(resume, { headers: { cookie: `${header}; latchkey-resume=tossed` } });
          assert.ok(answer.location?.searchParams.has('code'), answer.text);
          assert.equal(await world.whoIsIn(browser), otherPerson);
          return answer;
        },
      ),
    ],
  },
];
