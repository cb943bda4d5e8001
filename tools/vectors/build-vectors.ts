import {
  acceptedLogoutTokens,
  clientId,
  goodLogoutToken,
  issuer,
  logoutSequences,
  refusedLogoutTokens,
} from './logout-token-cases.ts';
import {
  acceptedSecurityEvents,
  goodSecurityEvent,
  refusedSecurityEvents,
  securityEventSequences,
} from './security-event-cases.ts';
import { publishedKeys } from './sign-compact.ts';
import { tokenWriter } from './token-case.ts';

export const vectorNames = ['logout-tokens', 'security-events'] as const;
type VectorName = (typeof vectorNames)[number];

/**
 * The text of a file of vectors.
 * @param earlier the file as it is, or empty
 */
export const buildVectors = (name: VectorName, earlier: string): string => {
  const tokens = new Set(earlier.match(/(?<="token": ")[^"]+/g));
  const lists = name === 'logout-tokens' ? logoutTokens(tokens) : securityEvents(tokens);
  return `${print({ about: about[name], issuer, client_id: clientId, jwks: publishedKeys(), ...lists })}\n`;
};

const about: Record<VectorName, string> = {
  'logout-tokens':
    'Logout tokens that an application accepts or refuses, and what becomes of its sessions (OpenID Connect Back-Channel Logout 1.0, sections 2.4 to 2.8; RFC 8417 for txn and toe)',
  'security-events':
    'Security Event Tokens that an application accepts or refuses, and what it does (RFC 8417, RFC 8935, RFC 9493; OpenID CAEP 1.0 and RISC 1.0)',
};

const logoutTokens = (earlier: ReadonlySet<string>): object => {
  const write = tokenWriter(goodLogoutToken, earlier);
  return {
    accepted: acceptedLogoutTokens.map((accepted) => ({ ...write(accepted), result: accepted.result })),
    refused: refusedLogoutTokens.map((refused) => ({ ...write(refused), code: refused.code })),
    sequences: logoutSequences.map((sequence) => ({
      ...sequence,
      steps: sequence.steps.map((step) =>
        'begin' in step ? step : { ...write(step.receive), status: step.status, left: step.left },
      ),
    })),
  };
};

const securityEvents = (earlier: ReadonlySet<string>): object => {
  const write = tokenWriter(goodSecurityEvent, earlier);
  return {
    accepted: acceptedSecurityEvents.map((accepted) => ({ ...write(accepted), result: accepted.result })),
    refused: refusedSecurityEvents.map((refused) => ({ ...write(refused), code: refused.code })),
    sequences: securityEventSequences.map((sequence) => ({
      ...sequence,
      steps: sequence.steps.map(({ receive, ...outcome }) => ({ ...write(receive), ...outcome })),
    })),
  };
};

/** JSON with a line for each member of a case, so that a change is seen where it is. */
const print = (value: unknown, indent = ''): string => {
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null && 'why' in item)) {
    return `[\n${value.map((item) => inner + print(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null && ('why' in value || 'about' in value)) {
    const members = Object.entries(value).map(
      ([name, member]) => `${inner}${JSON.stringify(name)}: ${print(member, inner)}`,
    );
    return `{\n${members.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
};
