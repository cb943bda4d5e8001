import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Router from '@koa/router';
import { Linker, RelyingParty, pageContent, type ApiToken, type SignedInVisitor } from '@latchkey/rp-core';
import { bearerApi, requireSignIn, signInThrough, type LatchkeyState } from '@latchkey/rp-core/koa';
import { SqliteOneTimeStore, SqliteSessions, SqliteUsers, type SqliteDatabase } from '@latchkey/rp-core/sqlite';
import Koa, { type Context } from 'koa';
import { notesOf, type Notes } from './notes.ts';
import { frontPage, layout, notesPage, stylesheet } from './pages.ts';
import { readBody, readFields } from './read-body.ts';
import type { Settings } from './settings.ts';

const script = readFileSync(fileURLToPath(import.meta.resolve('@latchkey/session-check/session-check.min.js')), 'utf8');
const longestNote = 2000;

export function createApp(settings: Settings, database: SqliteDatabase): Koa {
  const notes = notesOf(database.connection);
  const users = new SqliteUsers(database, {
    removePrivateData: (connection, id) => notesOf(connection).removePrivate(id),
  });
  const write = <Result>(work: (notes: Notes) => Result): Promise<Result> =>
    database.exclusively((connection) => work(notesOf(connection)));
  const log = (event: string, details: object): void =>
    console.log(JSON.stringify({ time: new Date().toISOString(), event, ...details }));
  const linker = new Linker(
    users,
    // There is no way in but the issuer, so there never was a local user to adopt.
    { usernameRule: 'house', adopt: 'never', proofWays: [], emailRule: { required: false, unique: false } },
    { record: ({ event, ...details }) => log(`linking.${event}`, details) },
  );
  const relyingParty = new RelyingParty(
    {
      ...settings,
      applicationName: settings.name,
      cookieWord: settings.clientId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    },
    {
      sessions: new SqliteSessions(database),
      oneTime: new SqliteOneTimeStore(database),
      linker,
      findPerson: (id) => users.findPerson(id),
      log,
      showPage: (page) => layout(settings, page.title, pageContent(page)),
    },
  );

  const visitorOf = (ctx: Context): SignedInVisitor => {
    const { visitor } = ctx.state['latchkey'] as LatchkeyState;
    return visitor ?? ctx.throw(401);
  };
  const show = async (ctx: Context, title: string, content: string): Promise<void> => {
    const { visitor, browserState } = ctx.state['latchkey'] as LatchkeyState;
    const person = visitor && (await users.findPerson(visitor.localUserId));
    const { path, scriptNames } = relyingParty;
    const signedIn = visitor && person && { name: person.name, csrf: visitor.csrf };
    ctx.type = 'html';
    ctx.body = layout(settings, title, content, {
      path,
      scriptNames,
      returnPath: ctx.url,
      person: signedIn,
      browserState,
    });
  };

  const router = new Router();
  router.get('/', (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=0, s-maxage=60'); // for shared caches: the writer's own browser asks again
    return show(ctx, settings.name, frontPage(notes.listPublic()));
  });
  router.get('/notes', requireSignIn(relyingParty), (ctx) => {
    const { localUserId, csrf } = visitorOf(ctx);
    return show(ctx, 'My notes', notesPage(notes.list(localUserId), csrf));
  });
  router.post('/notes', requireSignIn(relyingParty), async (ctx) => {
    const visitor = visitorOf(ctx);
    const fields = await readFields(ctx.req);
    if (!relyingParty.isFormOf(visitor, fields.get('csrf'))) ctx.throw(403, 'Not a form of your session');
    const text = fields.get('text')?.trim() ?? '';
    const remove = fields.get('remove');
    const isPublic = fields.get('public') === 'on';
    if (remove !== null) await write(({ remove: take }) => take(visitor.localUserId, remove));
    else if (text === '' || text.length > longestNote) ctx.throw(400, `Write 1 to ${longestNote} characters`);
    else await write(({ add }) => add(visitor.localUserId, text, isPublic));
    ctx.status = 303;
    ctx.set('Location', '/notes');
  });

  // For other applications, with their own bearer for this API: no cookie counts here.
  const audience = `${settings.origin}/api`;
  const api = new Router({ prefix: '/api' });
  const bearer = bearerApi(relyingParty, {
    audience,
    scopeFor: (method) => (method === 'GET' ? 'notes:read' : 'notes:write'),
  });
  // The guard stands on each route: one in `use` is matched by other rules than the routes are.
  const userOf = async (ctx: Context): Promise<string> => {
    const { sub } = ctx.state['apiToken'] as ApiToken;
    return (
      (await users.findUserOf({ issuer: settings.issuer, sub })) ??
      ctx.throw(403, 'This person has never signed in here')
    );
  };
  api.get('/notes', bearer, async (ctx) => {
    ctx.body = { notes: notes.list(await userOf(ctx)) };
  });
  api.post('/notes', bearer, async (ctx) => {
    const user = await userOf(ctx);
    const text = textOf(await readBody(ctx.req));
    if (text === '' || text.length > longestNote) ctx.throw(400, 'Send {"text": "…"}');
    ctx.status = 201;
    ctx.body = await write(({ add }) => add(user, text, false));
  });

  const app = new Koa();
  app.on(
    'error',
    (error: Error & { expose?: boolean }) => error.expose === true || log('fault', { error: error.stack }),
  );
  app.use(async (ctx, next) => {
    ctx.set(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; ${relyingParty.policyDirectives}`,
    );
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'same-origin');
    const asset = { '/session-check.js': ['js', script], '/notes.css': ['css', stylesheet] }[ctx.path];
    if (asset === undefined) return next();
    ctx.set('Cache-Control', 'public, max-age=300');
    [ctx.type, ctx.body] = asset as [string, string];
    return undefined;
  });
  app.use(api.routes());
  app.use(signInThrough(relyingParty, { isForEverybody: (path) => path === '/' }));
  app.use(router.routes());
  return app;
}

/** @returns '' where the body is not what the API takes */
const textOf = (body: string): string => {
  try {
    const { text } = JSON.parse(body) as { text?: unknown };
    return typeof text === 'string' ? text.trim() : '';
  } catch {
    return '';
  }
};
