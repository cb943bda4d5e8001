import { readFile } from 'node:fs/promises';

/** How an entry begins, in the form of PHP and in that of MediaWiki; more lines may follow. */
const beginning = /^(?=\[\d\d-\w{3}-\d{4} |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )/m;

/**
 * The entries of a log of PHP errors, oldest first.
 * @param about only those with this text; PHP names the place where a linked file really is
 */
export const readDebugLog = async (file: string, about = ''): Promise<string[]> => {
  const log = await readIfThere(file);
  const entries = log.split(beginning).map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '' && entry.includes(about));
};

/** The file's text; empty where there is no such file. */
export const readIfThere = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
};
