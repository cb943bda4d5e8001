import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Of the application at this host, relative to the stage's folder, as its nginx knows it before the application is there. */
export const relativeFolder = (host: string): string => `apps/${host}`;

/** Makes it. @returns its absolute path */
export const makeApplicationFolder = async (stageFolder: string, host: string): Promise<string> => {
  const folder = join(stageFolder, relativeFolder(host));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
};
