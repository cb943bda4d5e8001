import type { IssuerKeys } from '../receivers/issuer-keys.ts';
import { receiveLogoutToken } from '../receivers/receive-logout-token.ts';
import { receiveSecurityEvent } from '../receivers/receive-security-event.ts';
import type { ReceiverParts } from '../receivers/receiver-parts.ts';
import { accountEventsFor } from '../linking/account-events-for.ts';
import { redirect } from '../answers.ts';
import { callback } from './callback.ts';
import { showChrome } from './chrome.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { showProof, submitProof } from './proof.ts';
import { signOut } from './sign-out.ts';
import { start } from './start.ts';

export interface Endpoint {
  readonly methods: readonly string[];
  readonly answer: (request: Request) => Promise<Response>;
}

/** The addresses of the sign-in, by their name in its folder. */
export const createEndpoints = (parts: EndpointParts, keys: IssuerKeys): ReadonlyMap<string, Endpoint> => {
  const get = (answer: (request: Request, parts: EndpointParts) => Promise<Response>): Endpoint => ({
    methods: ['GET'],
    answer: (request) => answer(request, parts),
  });
  const receivers = receiverParts(parts, keys);
  const accounts = accountEventsFor(parts.linker, parts.store, parts.log);
  return new Map<string, Endpoint>([
    ['start', get(start)],
    ['callback', get(callback)],
    ['chrome', get(showChrome)],
    ['signed-out', get(async () => redirect('/'))],
    ['sign-out', { methods: ['POST'], answer: (request) => signOut(request, parts) }],
    [
      'proof',
      {
        methods: ['GET', 'POST'],
        answer: (request) => (request.method === 'GET' ? showProof(request, parts) : submitProof(request, parts)),
      },
    ],
    ['backchannel', { methods: ['POST'], answer: (request) => receiveLogoutToken(request, receivers) }],
    ['events', { methods: ['POST'], answer: (request) => receiveSecurityEvent(request, { ...receivers, accounts }) }],
  ]);
};

const receiverParts = ({ settings, store, oneTime, log, now }: EndpointParts, keys: IssuerKeys): ReceiverParts => ({
  expectations: {
    issuer: settings.issuerText,
    clientId: settings.clientId,
    keys,
  },
  sessions: store,
  used: oneTime,
  now,
  onFault: (error) => log('receiver.fault', { error: error instanceof Error ? error.message : 'unknown' }),
});
