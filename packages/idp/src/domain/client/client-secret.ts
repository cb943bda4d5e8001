import { randomBytes } from 'node:crypto';

/**
 * A new client secret: 256 random bits as base64url, after `lks_`. The prefix tells people and secret scanners what a
 * string is that turns up where it should not be. Every character survives the form encoding of `client_secret_basic`.
 */
export const newClientSecret = (): string => `lks_${randomBytes(32).toString('base64url')}`;
