import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { offFlag } from './nginx-configuration.ts';

export interface HostOptions {
  /** How many nodes of the application there are, each on a free loopback port; they have turns. One unless told. */
  readonly nodes?: number;
  /**
   * What answers instead: `http://127.0.0.1:PORT` or `unix:/path`. An empty list: nothing is passed on, and
   * `serverDirectives` say how it is answered.
   */
  readonly upstreams?: readonly string[];
  /** More for nginx, in its `http`, the host's `server` and that one's `location /`. Relative paths are in the stage's folder, those of sockets too. */
  readonly httpDirectives?: string;
  readonly serverDirectives?: string;
  readonly locationDirectives?: string;
}

/** A request as it came to nginx. */
export interface LoggedRequest {
  readonly host: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly status: number;
  /** Which node answered; empty when none was asked. */
  readonly upstream: string;
  /** `HIT`, `MISS`, … where the host has a cache; else empty. */
  readonly cache: string;
  /** Bytes of the body that were sent. */
  readonly sent: number;
}

/** A name of the stage. */
export interface NamedHost {
  readonly name: string;
  /** `https://NAME:PORT` */
  readonly origin: string;
  /** `NAME:PORT` */
  readonly address: string;
  /** Where its nodes are to listen, on 127.0.0.1. */
  readonly ports: readonly number[];
  /** From now on the host, or exactly this path of it, is answered 502: what a proxy says when the application is down. */
  switchOff(path?: string): Promise<void>;
  switchOn(path?: string): Promise<void>;
  /** What came so far and was answered, oldest first. It is written right after the answer, not before. */
  requests(): Promise<readonly LoggedRequest[]>;
}

export const namedHost = (folder: string, name: string, port: number, ports: readonly number[]): NamedHost => ({
  name,
  origin: `https://${name}:${port}`,
  address: `${name}:${port}`,
  ports,
  switchOff: async (path) => {
    const flag = offFlag(folder, name, path);
    await mkdir(dirname(flag), { recursive: true });
    await writeFile(flag, '');
  },
  switchOn: (path) => rm(offFlag(folder, name, path), { force: true }),
  requests: async () => {
    const log = await readFile(join(folder, 'log/access.log'), 'utf8');
    return log
      .split('\n')
      .filter((line) => line.endsWith('}')) // the last one may be half written
      .map((line) => JSON.parse(line) as LoggedRequest)
      .filter(({ host }) => host === name);
  },
});
