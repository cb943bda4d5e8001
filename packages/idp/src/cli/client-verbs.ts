import type { Command } from 'commander';
import type { CommandResult, Json } from './command-result.ts';
import {
  describeClient,
  readNewClient,
  readClientChange,
  type AddOptions,
  type UpdateOptions,
} from './client-options.ts';
import { CommandFailure } from './failure.ts';
import { renderFields, renderTable, rowsOf, shown, textOf } from './text-output.ts';
import { finishVerb, type JsonOption, type VerbContext } from './verb.ts';

const secretField = (secret: Json): string =>
  typeof secret === 'string' ? `${secret}   (shown once: keep it now)` : '';

const keyCount = (jwks: unknown): string => {
  const keys =
    typeof jwks === 'object' && jwks !== null && 'keys' in jwks && Array.isArray(jwks.keys) ? jwks.keys.length : 0;
  return keys === 1 ? '1 public key' : `${keys} public keys`;
};

const fields = [
  shown('Client id', 'client_id'),
  shown('Client secret', 'client_secret', secretField),
  shown('Name', 'client_name'),
  shown('Page', 'client_uri'),
  shown('Kind', 'application_type'),
  shown('Trusted', 'trusted'),
  shown('Authentication', 'token_endpoint_auth_method'),
  shown('Keys', 'jwks', keyCount),
  shown('Keys at', 'jwks_uri'),
  shown('Redirect URIs', 'redirect_uris'),
  shown('After sign-out', 'post_logout_redirect_uris'),
  shown('Back-channel logout', 'backchannel_logout_uri'),
  shown('Private addresses', 'private_addresses'),
  shown('Scope', 'scope'),
  shown('API', 'resource'),
  shown('Scopes of the API', 'resource_scope'),
  shown('ID tokens signed by', 'id_token_signed_response_alg'),
  shown('PKCE required', 'pkce_required', (required) => (required === true ? 'yes' : 'NO')),
  shown('DPoP required', 'dpop_bound_access_tokens'),
  shown('PAR required', 'require_pushed_authorization_requests'),
  shown('Registered', 'client_id_issued_at'),
  shown('Changed', 'updated_at'),
  shown('Disabled', 'disabled_at'),
];

const columns = [
  shown('CLIENT ID', 'client_id'),
  shown('NAME', 'client_name'),
  shown('AUTHENTICATION', 'token_endpoint_auth_method'),
  shown('TRUSTED', 'trusted'),
  shown('PKCE', 'pkce_required', (required) => (required === true ? 'required' : 'NOT REQUIRED')),
  shown('DISABLED', 'disabled'),
];

export function addClientVerbs(program: Command, context: VerbContext): void {
  const client = program.command('client').description('the applications that people sign in to');
  addVerb(client, context);
  readVerbs(client, context);
  updateVerb(client, context);
  stateVerbs(client, context);
}

function addVerb(client: Command, context: VerbContext): void {
  const add = client
    .command('add')
    .description('register a client; its secret is shown once')
    .requiredOption('--id <id>', 'client id')
    .requiredOption('--name <text>', 'the name that people see')
    .option('--native', 'an installed application: public, always asks, any port on loopback (RFC 8252)');
  describeClient(add)
    .option('--public', 'has no secret: runs in a browser or on a device')
    .option('--trusted', 'belongs to the house: no consent page')
    .option('--no-pkce', 'cannot speak PKCE; only for confidential clients')
    .option('--dpop', 'its access tokens must be bound to a key (RFC 9449)')
    .option('--require-par', 'must push its authorization requests (RFC 9126)')
    .action(async (options: AddOptions) => {
      const input = await readNewClient(options);
      await context.run('client.add', input, options, (result) =>
        withoutEmptyEnd(`Client ${textOf(result, 'client_id')} was registered.\n\n${renderFields(result, fields)}`),
      );
    });
  finishVerb(
    add,
    'latchkey client add --id wiki --name Wiki --redirect-uri https://wiki.example.org/callback --trusted',
  );
}

function readVerbs(client: Command, context: VerbContext): void {
  const list = client
    .command('list')
    .description('list all clients; those without PKCE stand out')
    .action(async (options: JsonOption) =>
      context.run('client.list', {}, options, (result) => {
        const rows = rowsOf(result, 'clients');
        return rows.length === 0 ? 'There are no clients.' : renderTable(rows, columns);
      }),
    );
  finishVerb(list, 'latchkey client list');
  const show = client
    .command('show')
    .description('show one client; never its secret')
    .argument('<client-id>', 'client id')
    .action(async (clientId: string, options: JsonOption) =>
      context.run('client.show', { clientId }, options, (result) => renderFields(result, fields)),
    );
  finishVerb(show, 'latchkey client show wiki');
}

function updateVerb(client: Command, context: VerbContext): void {
  const update = client
    .command('update')
    .description('change a client; lists replace those before')
    .argument('<client-id>', 'client id')
    .option('--name <text>', 'the name that people see');
  describeClient(update)
    .option('--no-post-logout-redirect-uri', 'without any')
    .option('--no-backchannel-logout-uri', 'without one')
    .option('--no-allow-private-address', 'without any')
    .option('--no-client-uri', 'without one')
    .option('--no-resource', 'no longer the resource server of an API')
    .option('--public', 'has no secret any more')
    .option('--trusted', 'belongs to the house: no consent page')
    .option('--no-trusted', 'asks for consent')
    .option('--pkce', 'must use PKCE')
    .option('--no-pkce', 'cannot speak PKCE; only for confidential clients')
    .option('--dpop', 'its access tokens must be bound to a key (RFC 9449)')
    .option('--no-dpop', 'its access tokens may be bearer tokens')
    .option('--require-par', 'must push its authorization requests (RFC 9126)')
    .option('--no-require-par', 'may send its authorization requests by the browser')
    .action(async (clientId: string, options: UpdateOptions) => {
      const change = await readClientChange(options);
      if (Object.keys(change).length === 0) throw new CommandFailure('usage', 'ERR_USAGE', 'say what to change');
      await context.run('client.update', { clientId, ...change }, options, (result) =>
        withoutEmptyEnd(`Client ${textOf(result, 'client_id')}:\n\n${renderFields(result, fields)}`),
      );
    });
  finishVerb(
    update,
    'latchkey client update wiki --redirect-uri https://wiki.example.org/callback --scope "openid profile"',
  );
}

function stateVerbs(client: Command, context: VerbContext): void {
  const verbs = [
    ['rotate-secret', 'give a client a new secret; the old one is void at once', secretText],
    ['disable', 'refuse a client and every token it holds until it is enabled', sentence('is disabled')],
    ['enable', 'accept a disabled client again', sentence('is enabled')],
    ['remove', 'remove a client with all that it holds', sentence('was removed')],
  ] as const;
  for (const [name, description, render] of verbs) {
    const verb = client
      .command(name)
      .description(description)
      .argument('<client-id>', 'client id')
      .action(async (clientId: string, options: JsonOption) =>
        context.run(`client.${name}`, { clientId }, options, render),
      );
    finishVerb(verb, `latchkey client ${name} wiki`);
  }
}

const sentence =
  (done: string) =>
  (result: CommandResult): string =>
    `Client ${textOf(result, 'client_id')} ${done}.`;

const secretText = (result: CommandResult): string =>
  `Client ${textOf(result, 'client_id')} has a new secret.\n\n${renderFields(result, fields.slice(0, 2))}`;

const withoutEmptyEnd = (text: string): string => text.trimEnd();
