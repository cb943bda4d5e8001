import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificates, type Certificates } from './certificates.ts';
import { makeEnterCommand } from './enter-command.ts';
import { freePorts } from './free-ports.ts';
import { namedHost, type HostOptions, type NamedHost } from './named-host.ts';
import { startNginx } from './nginx.ts';
import { plainRequestTrusting, type PlainRequest } from './plain-request.ts';
import { makeStageFolder, type StageFolder } from './stage-folder.ts';
import { stageProgram, type StageProgram } from './stage-program.ts';

export type HostMap = Readonly<Record<string, HostOptions>>;

export interface ApplicationOptions {
  /** What errors call it. */
  readonly name: string;
  /** The TypeScript or JavaScript file that Node runs: `new URL('./main.ts', import.meta.url)`. */
  readonly entry: URL;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly readyLine: RegExp;
}

/** Real names with TLS in front of whatever listens on this machine, and processes that see those names. */
export interface NamedHosts {
  readonly folder: StageFolder;
  readonly certificates: Certificates;
  /** Of nginx, for all names. */
  readonly port: number;
  /** @throws where the stage was not opened with it */
  host(name: string): NamedHost;
  readonly request: PlainRequest;
  /** The command line that runs a program so that it sees the names and trusts the authority. */
  entered(...command: readonly [string, ...string[]]): [string, ...string[]];
  /** An environment with these settings, and nothing that could be a setting of whoever runs the tests. */
  environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv;
  /** A program that is ended with the stage. It is not started yet. */
  program(options: {
    readonly name: string;
    readonly command: readonly [string, ...string[]];
    readonly env: Readonly<Record<string, string>>;
    readonly readyLine: RegExp;
  }): Promise<StageProgram>;
  /** Starts a Node application and waits until it is ready. */
  startApplication(options: ApplicationOptions): Promise<StageProgram>;
  /** What nginx said of itself and its upstreams. */
  nginxLog(): string;
  close(): Promise<void>;
}

/** This Node, as the repository's programs are run by it. */
export const nodeCommand: readonly [string, ...string[]] = [
  process.execPath,
  '-C',
  'source',
  '--disable-warning=ExperimentalWarning',
];

/** @param hosts what is served; the first dot and what follows is the domain, and there may be several */
export const openNamedHosts = async (hosts: HostMap): Promise<NamedHosts> => {
  // Each program of a stage is killed by a listener of its own when this process ends; ten are no leak.
  process.setMaxListeners(Math.max(process.getMaxListeners(), 100));
  const folder = makeStageFolder();
  try {
    return await openIn(folder, hosts);
  } catch (error) {
    await folder.remove();
    throw error;
  }
};

const openIn = async (folder: StageFolder, hosts: HostMap): Promise<NamedHosts> => {
  const names = Object.keys(hosts);
  const nodesOf = ({ nodes = 1, upstreams }: HostOptions): number => (upstreams === undefined ? nodes : 0);
  const [certificates, [port = 0, ...free]] = await Promise.all([
    makeCertificates(join(folder.path, 'tls'), names),
    freePorts(Object.values(hosts).reduce((sum, options) => sum + nodesOf(options), 1)),
  ]);
  const served = Object.entries(hosts).map(([name, options]) => {
    const ports = free.splice(0, nodesOf(options));
    return { name, options, ports, host: namedHost(folder.path, name, port, ports) };
  });
  const enter = await makeEnterCommand(folder.path, names, certificates.bundleFile);
  const nginx = await startNginx({
    folder: folder.path,
    port,
    certificate: certificates.serverFile,
    certificateKey: certificates.serverKeyFile,
    sites: served.map(({ name, options, ports }) => ({
      host: name,
      upstreams:
        options.upstreams?.map((upstream) => upstream.replace(/^http:\/\//, '')) ??
        ports.map((each) => `127.0.0.1:${each}`),
      httpDirectives: options.httpDirectives ?? '',
      serverDirectives: options.serverDirectives ?? '',
      locationDirectives: options.locationDirectives ?? '',
    })),
  });
  const byName = new Map(served.map(({ name, host }) => [name, host]));
  const programs: StageProgram[] = [];

  const environment: NamedHosts['environment'] = (settings) => {
    const { LANG, PATH } = process.env;
    const own = { HOME: join(folder.path, 'home'), NODE_EXTRA_CA_CERTS: certificates.authorityFile };
    return { LANG, PATH, ...own, ...settings };
  };
  const entered: NamedHosts['entered'] = (...command) => [enter, ...command];
  const program: NamedHosts['program'] = async ({ name, command, env, readyLine }) => {
    const cwd = await folder.fresh();
    const made = stageProgram({ name, command: entered(...command), env: environment(env), cwd, readyLine });
    programs.push(made);
    return made;
  };
  return {
    folder,
    certificates,
    port,
    host: (name) => {
      const host = byName.get(name);
      if (host === undefined) throw new Error(`The stage has no host ${name}; it has ${names.join(', ')}.`);
      return host;
    },
    request: plainRequestTrusting(certificates.authority),
    entered,
    environment,
    program,
    startApplication: async ({ name, entry, argv = [], env = {}, readyLine }) => {
      const command: [string, ...string[]] = [...nodeCommand, fileURLToPath(entry), ...argv];
      const application = await program({ name, command, env, readyLine });
      await application.start();
      return application;
    },
    nginxLog: () => nginx.log(),
    close: async () => {
      await Promise.all([...programs.map((each) => each.kill9()), nginx.stop()]);
      await folder.remove();
    },
  };
};
