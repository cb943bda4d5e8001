import { page, refuse, type Section } from './refusal.ts';

/** Registered is `https://app.example.org/callback`; what is compared is the string (RFC 9700, section 2.1). */
const variants: Readonly<Record<string, string>> = {
  'another site': 'https://evil.example/callback',
  'a host that begins like the registered one': 'https://app.example.org.evil.example/callback',
  'the registered one as user information': 'https://app.example.org@evil.example/callback',
  'user information': 'https://user:word@app.example.org/callback',
  'a backslash before another host': 'https://app.example.org\\@evil.example/callback',
  'a host in capitals': 'https://APP.example.org/callback',
  'a path in capitals': 'https://app.example.org/CALLBACK',
  'a subdomain': 'https://x.app.example.org/callback',
  'a dot after the host': 'https://app.example.org./callback',
  'another port': 'https://app.example.org:8443/callback',
  'the port that is meant anyway': 'https://app.example.org:443/callback',
  http: 'http://app.example.org/callback',
  'a slash at the end': 'https://app.example.org/callback/',
  'a path below': 'https://app.example.org/callback/more',
  'a path that leads back': 'https://app.example.org/more/../callback',
  'an encoded path that leads back': 'https://app.example.org/more/%2e%2e/callback',
  'percent-encoding that means the same': 'https://app.example.org/%63allback',
  'a query': 'https://app.example.org/callback?more=1',
  'an empty query': 'https://app.example.org/callback?',
  'a fragment': 'https://app.example.org/callback#x',
  'a blank at the end': 'https://app.example.org/callback ',
  'a line break': 'https://app.example.org/callback\r\nSet-Cookie: a=b',
  'no scheme': '//app.example.org/callback',
  'a path alone': '/callback',
  '`javascript:`': 'javascript:alert(1)//app.example.org/callback',
  '`data:`': 'data:text/html,<script>alert(1)</script>',
};

export const redirectUriSections: readonly Section[] = [
  {
    where: '`/auth`, redirect URI that is not the registered one',
    rows: [
      ...Object.entries(variants).map(([what, redirectUri]) =>
        refuse(what, 400, page('redirectUriMismatch', 'invalid_redirect_uri'), (world) =>
          world.authorize({ redirect_uri: redirectUri }),
        ),
      ),
      refuse(
        'a wrong one together with any other fault',
        400,
        page('redirectUriMismatch', 'invalid_redirect_uri'),
        (world) =>
          Promise.all(
            [
              { response_type: 'token' },
              { code_challenge: undefined },
              { prompt: 'none' },
              { response_mode: 'fragment' },
              { scope: 'nonsense' },
              { request: 'x' },
              { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
            ].map((fault) => world.authorize({ redirect_uri: 'https://evil.example/', ...fault })),
          ),
      ),
      refuse(
        'a wrong one by somebody who is signed in',
        400,
        page('redirectUriMismatch', 'invalid_redirect_uri'),
        async (world) => {
          const { url } = await world.authorize({ redirect_uri: 'https://evil.example/', prompt: 'none' });
          return (await world.signedIn()).ask(url);
        },
      ),
      refuse(
        'another path or host by a native client, whose port alone is free (RFC 8252, section 7.3)',
        400,
        page('redirectUriMismatch', 'invalid_redirect_uri'),
        (world) =>
          Promise.all(
            ['http://127.0.0.1:4000/other', 'http://localhost:4000/callback', 'https://127.0.0.1:4000/callback'].map(
              (uri) => world.authorize({ redirect_uri: uri }, 'native'),
            ),
          ),
      ),
    ],
  },
];
