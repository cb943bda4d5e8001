import { startNginx } from './nginx.ts';
import { startStandInApplication, type StandInApplication } from './stand-in-application.ts';
import { startStandInIssuer, type StandInIssuer } from './stand-in-issuer.ts';

export interface World {
  readonly issuer: StandInIssuer;
  readonly application: StandInApplication;
  /** Where browsers find the application: at the cache in front of it. */
  readonly origin: string;
  /** Requests that reached the application since the last call, of the script's own and of pages; not its file. */
  readonly newRequests: () => string[];
  readonly close: () => Promise<void>;
}

export const startWorld = async (): Promise<World> => {
  const issuer = await startStandInIssuer();
  const application = await startStandInApplication(issuer.origin);
  const nginx = await startNginx(application.port);
  return {
    issuer,
    application,
    origin: `http://127.0.0.1:${nginx.port}`,
    newRequests: () => application.requests.splice(0).filter((line) => !/session-check\.js$|^GET \/plain$/.test(line)),
    close: async () => {
      await nginx.close();
      await application.close();
      await issuer.close();
    },
  };
};
