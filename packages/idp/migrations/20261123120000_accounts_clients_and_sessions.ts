// The first schema: who exists (accounts), who may ask (clients), who is signed in where (sessions,
// session_clients), and what was handed out (grants, codes, tokens). Everything that a session yields
// refers to it and goes with it, so that ending a session is one statement and nothing outlives it.
//
// Two rules hold for every table: what a browser or a client holds is stored as SHA-256 only
// (columns *_hash), and what must be read again is sealed (columns sealed_*, AES-256-GCM).
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table installation (
      id integer primary key check (id = 1),
      secret_key_check bytea not null,
      created_at timestamptz not null default now()
    );

    create table accounts (
      id text primary key,
      username text not null unique,
      name text,
      email text,
      email_verified boolean not null default false,
      password_hash text,
      picture text,
      locale text,
      groups jsonb not null default '[]',
      profile_version bigint not null default 1,
      -- Grows with each change that ends all sessions; a proof of identity counts only in its own generation.
      proof_generation bigint not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      disabled_at timestamptz,
      removed_at timestamptz
    );
    create unique index accounts_verified_email on accounts (lower(email)) where email_verified and removed_at is null;
    create index accounts_email on accounts (lower(email)) where removed_at is null;

    -- An address that an account gave up: nobody else can have it verified before it is free.
    create table email_reservations (
      email text not null,
      account_id text not null references accounts (id) on delete cascade,
      reserved_until timestamptz not null,
      primary key (email, account_id)
    );
    create index email_reservations_account on email_reservations (account_id);
    create index email_reservations_end on email_reservations (reserved_until);

    create table clients (
      client_id text primary key,
      client_name text not null,
      secret_hash bytea,
      token_endpoint_auth_method text not null,
      application_type text not null default 'web',
      redirect_uris jsonb not null,
      post_logout_redirect_uris jsonb not null default '[]',
      backchannel_logout_uri text,
      scope text not null,
      id_token_signed_response_alg text not null default 'RS256',
      trusted boolean not null default false,
      pkce_required boolean not null default true,
      dpop_bound_access_tokens boolean not null default false,
      require_pushed_authorization_requests boolean not null default false,
      private_addresses jsonb not null default '[]',
      jwks jsonb,
      jwks_uri text,
      client_uri text,
      resource text unique,
      resource_scope text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      disabled_at timestamptz
    );

    create table sessions (
      uid text primary key,
      id_hash bytea not null unique,
      account_id text not null references accounts (id) on delete cascade,
      begun_at timestamptz not null default now(),
      authenticated_at timestamptz not null,
      amr jsonb,
      acr text,
      idle_expires_at timestamptz not null,
      absolute_expires_at timestamptz not null,
      prolonged_at timestamptz not null default now(),
      network text,
      user_agent text
    );
    create index sessions_account on sessions (account_id);
    create index sessions_idle_end on sessions (idle_expires_at);
    create index sessions_absolute_end on sessions (absolute_expires_at);

    create table session_clients (
      session_uid text not null references sessions (uid) on delete cascade,
      client_id text not null references clients (client_id) on delete cascade,
      first_used_at timestamptz not null default now(),
      primary key (session_uid, client_id)
    );
    create index session_clients_client on session_clients (client_id);

    create table consents (
      account_id text not null references accounts (id) on delete cascade,
      client_id text not null references clients (client_id) on delete cascade,
      scope text not null,
      resource_scopes jsonb not null default '{}',
      granted_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (account_id, client_id)
    );
    create index consents_client on consents (client_id);

    -- One grant per session and client; a grant without a session is what offline_access leaves behind.
    create table grants (
      id text primary key,
      session_uid text references sessions (uid) on delete cascade,
      client_id text not null references clients (client_id) on delete cascade,
      account_id text not null references accounts (id) on delete cascade,
      created_at timestamptz not null default now()
    );
    create unique index grants_session_client on grants (session_uid, client_id);
    create index grants_client on grants (client_id);
    create index grants_account on grants (account_id);

    create table authorization_codes (
      id_hash bytea primary key,
      grant_id text not null references grants (id) on delete cascade,
      session_uid text references sessions (uid) on delete cascade,
      sealed_payload bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      consumed_at timestamptz,
      reused_at timestamptz
    );
    create index authorization_codes_grant on authorization_codes (grant_id);
    create index authorization_codes_session on authorization_codes (session_uid);
    create index authorization_codes_end on authorization_codes (expires_at);

    create table access_tokens (
      id_hash bytea primary key,
      grant_id text not null references grants (id) on delete cascade,
      session_uid text references sessions (uid) on delete cascade,
      code_hash bytea,
      sealed_payload bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    );
    create index access_tokens_grant on access_tokens (grant_id);
    create index access_tokens_session on access_tokens (session_uid);
    create index access_tokens_code on access_tokens (code_hash);
    create index access_tokens_end on access_tokens (expires_at);

    create table refresh_tokens (
      id_hash bytea primary key,
      grant_id text not null references grants (id) on delete cascade,
      session_uid text references sessions (uid) on delete cascade,
      code_hash bytea,
      predecessor_hash bytea,
      sealed_payload bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      consumed_at timestamptz,
      superseded_at timestamptz
    );
    create index refresh_tokens_grant on refresh_tokens (grant_id);
    create index refresh_tokens_session on refresh_tokens (session_uid);
    create index refresh_tokens_code on refresh_tokens (code_hash);
    create index refresh_tokens_end on refresh_tokens (expires_at);

    create table interactions (
      id_hash bytea primary key,
      browser_hash bytea not null,
      sealed_payload bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    );
    create index interactions_end on interactions (expires_at);

    -- Good for a sign-in to begin with until expires_at, and then kept for as long as one that began may take.
    create table pushed_authorization_requests (
      id_hash bytea primary key,
      sealed_payload bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      kept_until timestamptz not null,
      consumed_at timestamptz
    );
    create index pushed_authorization_requests_end on pushed_authorization_requests (kept_until);

    -- jti values of client assertions and DPoP proofs: each is good once.
    create table replays (
      id_hash bytea primary key,
      expires_at timestamptz not null
    );
    create index replays_end on replays (expires_at);

    create table signing_keys (
      kid text primary key,
      alg text not null,
      public_jwk jsonb not null,
      sealed_private_jwk bytea,
      created_at timestamptz not null default now(),
      active_from timestamptz not null,
      retired_at timestamptz
    );

    -- Browsers that signed in as an account before: they keep an allowance of their own when somebody
    -- else guesses at that account's password.
    create table known_browsers (
      browser_hash bytea not null,
      account_id text not null references accounts (id) on delete cascade,
      last_used_at timestamptz not null default now(),
      primary key (browser_hash, account_id)
    );
    create index known_browsers_account on known_browsers (account_id);
    create index known_browsers_end on known_browsers (last_used_at);

    -- The shape that rate-limiter-flexible reads and writes; expire is in milliseconds since 1970.
    create table rate_limits (
      key varchar(255) primary key,
      points integer not null default 0,
      expire bigint
    );
    create index rate_limits_end on rate_limits (expire);

    create table security_events (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      event text not null,
      actor text not null,
      account_id text,
      client_id text,
      network text,
      details jsonb not null default '{}'
    );
    create index security_events_account on security_events (account_id, at);
    create index security_events_client on security_events (client_id, at);

    create function security_events_are_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'security_events is append-only';
    end
    $$;
    create trigger security_events_append_only before update or delete or truncate on security_events
      for each statement execute function security_events_are_append_only();
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop table if exists security_events, rate_limits, known_browsers, signing_keys, replays,
      pushed_authorization_requests, interactions, refresh_tokens, access_tokens, authorization_codes, grants,
      consents, session_clients, sessions, clients, email_reservations, accounts, installation cascade;
    drop function if exists security_events_are_append_only();
  `);
};
