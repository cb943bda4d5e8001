// Loaded before a program of the demonstration: names below localhost are this machine, as RFC 6761, section 6.3, asks of every
// resolver and as browsers do; Node asks the system, which often does not know them.
import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import dnsPromises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';

const loopback: LookupAddress = { address: '127.0.0.1', family: 4 };
const isBelowLocalhost = (hostname: string): boolean => hostname.endsWith('.localhost');

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

const { lookup } = dns as unknown as { lookup: (hostname: string, options: LookupOptions, callback: Callback) => void };
const lookupPromise = dnsPromises.lookup as (hostname: string, options?: LookupOptions) => Promise<unknown>;

Object.assign(dns, {
  lookup: (hostname: string, ...rest: [Callback] | [LookupOptions | number, Callback]): void => {
    const callback = rest.at(-1) as Callback;
    const given = rest.length === 2 ? rest[0] : {};
    const options = typeof given === 'number' ? { family: given } : given;
    if (!isBelowLocalhost(hostname)) lookup(hostname, options, callback);
    else if (options.all === true) process.nextTick(callback, null, [loopback]);
    else process.nextTick(callback, null, loopback.address, loopback.family);
  },
});
Object.assign(dnsPromises, {
  lookup: async (hostname: string, options: LookupOptions = {}): Promise<unknown> => {
    if (!isBelowLocalhost(hostname)) return lookupPromise(hostname, options);
    return options.all === true ? [loopback] : loopback;
  },
});
syncBuiltinESMExports();
