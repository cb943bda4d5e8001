import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Html } from '../../src/http/html/html.ts';
import { HtmlError } from '../../src/http/html/html-error.ts';
import { consentPage } from '../../src/http/pages/consent-page.ts';
import { continuePage } from '../../src/http/pages/continue-page.ts';
import { errorPage } from '../../src/http/pages/error-page.ts';
import { formPostPage } from '../../src/http/pages/form-post-page.ts';
import { homePage } from '../../src/http/pages/home-page.ts';
import { notFoundPage } from '../../src/http/pages/not-found-page.ts';
import { selectAccountPage } from '../../src/http/pages/select-account-page.ts';
import { signInPage } from '../../src/http/pages/sign-in-page.ts';
import type { SignInError, SignInPageModel } from '../../src/http/pages/sign-in-page.ts';
import { signOutPage } from '../../src/http/pages/sign-out-page.ts';
import { signedOutPage } from '../../src/http/pages/signed-out-page.ts';
import { parseHtml, startTokens } from '../html/parse-html.ts';
import type { StartToken } from '../html/parse-html.ts';
import { contextFor, plainText } from './page-samples.ts';

const context = contextFor(plainText);
const form = { ...context, action: '/act', csrfToken: 'token' };
const maria = { username: 'maria', name: 'Maria López' };

const textOf = (page: Html): string =>
  parseHtml(page.toString())
    .flatMap((token) => (token.kind === 'text' ? [token.text] : []))
    .join('')
    .replace(/\s+/g, ' ');

const elements = (page: Html, name: string): readonly StartToken[] => startTokens(parseHtml(page.toString()), name);

const byId = (page: Html, id: string): ReadonlyMap<string, string> => {
  const found = startTokens(parseHtml(page.toString())).find(({ attributes }) => attributes.get('id') === id);
  assert.ok(found, `no element with id ${id}`);
  return found.attributes;
};

const buttons = (page: Html): readonly (string | undefined)[][] =>
  elements(page, 'button').map(({ attributes }) => ['name', 'value', 'class'].map((key) => attributes.get(key)));

describe('signInPage', () => {
  const model: SignInPageModel = { ...form, userName: '', clientName: 'Forum' };
  const failed = (error: SignInError): Html => signInPage({ ...model, userName: 'maria', error });

  it('lets a password manager fill both fields, and no keyboard correct the user name', () => {
    const userName = byId(signInPage(model), 'username');
    assert.equal(userName.get('autocomplete'), 'username');
    assert.equal(userName.get('autocapitalize'), 'none');
    assert.equal(userName.get('spellcheck'), 'false');
    assert.equal(userName.get('maxlength'), '254');
    const password = byId(signInPage(model), 'password');
    assert.equal(password.get('type'), 'password');
    assert.equal(password.get('autocomplete'), 'current-password');
    assert.equal(password.get('maxlength'), '1024');
  });

  it('keeps the user name and never the password', () => {
    const page = failed({ kind: 'wrong' });
    assert.equal(byId(page, 'username').get('value'), 'maria');
    assert.equal(byId(page, 'password').has('value'), false);
  });

  it('puts the focus on the first field that the person has to fill in', () => {
    assert.ok(byId(signInPage(model), 'username').has('autofocus'));
    assert.ok(byId(failed({ kind: 'wrong' }), 'password').has('autofocus'));
    assert.ok(byId(signInPage({ ...model, error: { kind: 'wrong' } }), 'username').has('autofocus'));
  });

  const errors: readonly SignInError[] = [
    { kind: 'wrong' },
    { kind: 'limited', waitMinutes: 5 },
    { kind: 'busy' },
    { kind: 'formExpired' },
  ];
  for (const error of errors) {
    it(`reports "${error.kind}" in the title, as an alert, and at both fields`, () => {
      const page = failed(error);
      assert.match(page.toString(), /<title>Error: Sign in – /);
      const alerts = startTokens(parseHtml(page.toString())).filter(
        ({ attributes }) => attributes.get('role') === 'alert',
      );
      assert.deepEqual(
        alerts.map(({ attributes }) => attributes.get('id')),
        ['sign-in-error'],
      );
      for (const id of ['username', 'password']) {
        assert.equal(byId(page, id).get('aria-describedby'), 'sign-in-error');
        assert.equal(byId(page, id).get('aria-invalid'), error.kind === 'wrong' ? 'true' : undefined);
      }
    });
  }

  it('reports nothing at first', () => {
    const page = signInPage(model);
    assert.doesNotMatch(page.toString(), /Error|role="alert"|aria-describedby|aria-invalid/);
  });

  it('counts the minutes to wait in words that fit the number', () => {
    assert.match(textOf(failed({ kind: 'limited', waitMinutes: 1 })), /wait 1 minute,/);
    assert.match(textOf(failed({ kind: 'limited', waitMinutes: 2 })), /wait 2 minutes,/);
  });

  it('says who asks, and who is signed in when it asks again', () => {
    assert.match(textOf(signInPage(model)), /to continue to Forum/);
    assert.match(textOf(signInPage({ ...model, clientName: undefined })), /with your a organisation account/);
    const again = textOf(signInPage({ ...model, signedInAs: maria }));
    assert.match(again, /Sign in again.*Forum asks you to confirm that it is you.*Maria López maria/);
  });

  it('has a form of its own to give up, where there is something to give up', () => {
    const actions = (page: Html): unknown[] => elements(page, 'form').map(({ attributes }) => attributes.get('action'));
    assert.deepEqual(actions(signInPage(model)), ['/act']);
    assert.deepEqual(actions(signInPage({ ...model, cancelAction: '/cancel' })), ['/act', '/cancel']);
  });
});

describe('selectAccountPage', () => {
  it('offers the account that is signed in, and another one', () => {
    const page = selectAccountPage({ ...form, account: maria, clientName: 'Forum' });
    assert.match(textOf(page), /to continue to Forum.*Continue as Maria López.*Use another account/);
    const decided = buttons(page).map(([name, value]) => [name, value]);
    assert.deepEqual(decided, [
      ['decision', 'continue'],
      ['decision', 'use-another'],
    ]);
  });

  it('shows the user name where there is no display name', () => {
    for (const name of [undefined, '', '  ']) {
      const page = selectAccountPage({ ...form, account: { username: 'maria', name }, clientName: undefined });
      assert.match(textOf(page), /Continue as maria/);
    }
  });
});

describe('consentPage', () => {
  const model = {
    ...form,
    account: maria,
    clientName: 'Prints',
    clientHost: 'prints.example.com',
    isNative: false,
    scopes: ['openid', 'email'],
    resources: [],
  };

  it('tells who asks, where the answer goes, and who is signed in', () => {
    const text = textOf(consentPage(model));
    assert.match(text, /Allow Prints to use your account\?.*Maria López.*sent to prints\.example\.com/);
  });

  it('says each scope in words, and what it has no words for by its name', () => {
    const all = ['openid', 'profile', 'email', 'groups', 'offline_access', 'x:y', 'constructor'];
    const text = textOf(consentPage({ ...model, scopes: all }));
    for (const words of [
      'Recognise you',
      'name, user name',
      'e-mail address',
      'which groups',
      'when you are signed out',
    ]) {
      assert.ok(text.includes(words), words);
    }
    assert.match(text, /permission x:y.*permission constructor/);
    assert.doesNotMatch(text, /openid|offline_access/);
  });

  it('leaves out what is not asked for', () => {
    assert.doesNotMatch(textOf(consentPage(model)), /groups|signed out/);
    assert.equal(elements(consentPage({ ...model, scopes: [] }), 'ul').length, 0);
  });

  it('lists the scopes of each API below its name', () => {
    const resources = [
      { resource: 'https://api.example.org/a', scopes: ['read'] },
      { resource: 'https://api.example.org/b', scopes: ['write', 'erase'] },
    ];
    const text = textOf(consentPage({ ...model, resources }));
    assert.match(text, /org\/a:.*permission read.*org\/b:.*permission write.*permission erase/);
  });

  it('gives both answers the same weight', () => {
    assert.deepEqual(buttons(consentPage(model)), [
      ['decision', 'allow', 'button'],
      ['decision', 'deny', 'button'],
    ]);
  });

  it('warns that the name of a native client proves nothing', () => {
    assert.doesNotMatch(textOf(consentPage(model)), /cannot be checked/);
    const native = textOf(consentPage({ ...model, isNative: true, clientHost: undefined }));
    assert.match(native, /cannot be checked/);
    assert.doesNotMatch(native, /sent to/);
  });
});

describe('signOutPage', () => {
  it('names the account and the application that asked', () => {
    const text = textOf(signOutPage({ ...form, account: maria, clientName: 'Forum' }));
    assert.match(text, /Sign out\?.*Forum asks to sign you out.*Maria López/);
    assert.doesNotMatch(textOf(signOutPage({ ...form, account: maria, clientName: undefined })), /asks/);
  });

  it('sends the decision and the fields that the endpoint needs', () => {
    const page = signOutPage({ ...form, account: maria, clientName: 'Forum', hiddenFields: { xsrf: 'x' } });
    assert.deepEqual(
      buttons(page).map(([, value]) => value),
      ['sign-out', 'stay'],
    );
    const fields = elements(page, 'input').map(({ attributes }) => [attributes.get('name'), attributes.get('value')]);
    assert.deepEqual(fields, [
      ['csrf_token', 'token'],
      ['xsrf', 'x'],
    ]);
  });
});

describe('signedOutPage', () => {
  it('leads back to the application that asked, if it named a way', () => {
    assert.doesNotMatch(textOf(signedOutPage(context)), /Back to/);
    const page = signedOutPage({ ...context, link: { url: 'https://forum.example.org/', clientName: 'Forum' } });
    assert.match(textOf(page), /Back to Forum/);
    assert.ok(elements(page, 'a').some(({ attributes }) => attributes.get('href') === 'https://forum.example.org/'));
  });

  it('refuses a way back that would run script', () => {
    const link = { url: 'javascript:alert(1)', clientName: 'Forum' };
    assert.throws(() => signedOutPage({ ...context, link }), HtmlError);
  });
});

describe('continuePage', () => {
  it('goes on at once, and by a link where a browser does not', () => {
    const page = continuePage({ ...context, url: '/resume?a=1&b=2', clientName: 'Forum' });
    const refresh = elements(page, 'meta').find(({ attributes }) => attributes.has('http-equiv'));
    assert.equal(refresh?.attributes.get('content'), '0;url=/resume?a=1&b=2');
    assert.ok(elements(page, 'a').some(({ attributes }) => attributes.get('href') === '/resume?a=1&b=2'));
    assert.match(textOf(page), /Continue to Forum/);
  });

  for (const url of ['javascript:alert(1)', '//elsewhere.example/', "'javascript:alert(1)'", '/\\elsewhere.example']) {
    it(`refuses to go on to ${url}`, () => {
      assert.throws(() => continuePage({ ...context, url, clientName: 'Forum' }), HtmlError);
    });
  }
});

describe('formPostPage (OAuth 2.0 Form Post Response Mode)', () => {
  const model = {
    ...context,
    parameters: { code: 'c', state: 's"<&' },
    clientName: 'Forum',
    scriptPath: '/assets/s.js',
  };

  it('sends exactly the parameters to the redirect URI', () => {
    const page = formPostPage({ ...model, action: 'https://forum.example.org/callback?a=b&c=d' });
    const [target] = elements(page, 'form');
    assert.equal(target?.attributes.get('action'), 'https://forum.example.org/callback?a=b&c=d');
    const fields = elements(page, 'input').map(({ attributes }) => [attributes.get('name'), attributes.get('value')]);
    assert.deepEqual(fields, [
      ['code', 'c'],
      ['state', 's"<&'],
    ]);
  });

  it('adds no parameter by its button', () => {
    assert.deepEqual(
      buttons(formPostPage({ ...model, action: 'https://forum.example.org/' })).map(([name]) => name),
      [undefined],
    );
  });

  it('refuses to send the response to a script', () => {
    assert.throws(() => formPostPage({ ...model, action: 'javascript:alert(1)' }), HtmlError);
  });
});

describe('errorPage', () => {
  for (const [kind, message] of Object.entries(context.messages.error.kinds)) {
    it(`tells for "${kind}" what happened and what to do now`, () => {
      const page = errorPage({ ...context, kind: kind as keyof typeof context.messages.error.kinds });
      assert.ok(textOf(page).includes(message.happened) && textOf(page).includes(message.now));
      assert.match(page.toString(), /<title>Error: /);
    });
  }

  it('shows code, reason and request where they are given, and no empty list otherwise', () => {
    const page = errorPage({
      ...context,
      kind: 'badRequest',
      code: 'invalid_request',
      reason: 'no scope',
      requestId: 'r-1',
    });
    assert.match(textOf(page), /Error code ?invalid_request.*Reason ?no scope.*Request ?r-1/);
    assert.equal(elements(errorPage({ ...context, kind: 'badRequest' }), 'dl').length, 0);
  });

  it('leads back to the application, or to the start page', () => {
    const back = errorPage({
      ...context,
      kind: 'badRequest',
      link: { url: 'https://f.example/', clientName: 'Forum' },
    });
    assert.match(textOf(back), /Back to Forum/);
    assert.match(textOf(notFoundPage({ ...context, homeUrl: '/' })), /There is no such page.*Go to the start page/);
  });
});

describe('homePage', () => {
  it('says who is signed in and offers to sign out', () => {
    const page = homePage({ ...context, signedIn: { account: maria, signOutAction: '/out', csrfToken: 't' } });
    assert.match(textOf(page), /a organisation account.*Maria López/);
    assert.deepEqual(
      elements(page, 'form').map(({ attributes }) => attributes.get('action')),
      ['/out'],
    );
  });

  it('says that nobody is signed in, and how to', () => {
    assert.match(
      textOf(homePage({ ...context, signedIn: undefined })),
      /Nobody is signed in.*Open one of your applications/,
    );
    const page = homePage({ ...context, signedIn: undefined, signInUrl: '/sign-in' });
    assert.ok(elements(page, 'a').some(({ attributes }) => attributes.get('href') === '/sign-in'));
  });
});
