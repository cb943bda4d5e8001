import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
  /** PEM text of the authority that everything on the stage trusts, and nothing else does. */
  readonly authority: string;
  readonly authorityFile: string;
  /** The machine's authorities and this one, in the form that OpenSSL, curl and PHP read. */
  readonly bundleFile: string;
  readonly serverFile: string;
  readonly serverKeyFile: string;
}

/** Where Debian's programs find the authorities that they trust. */
export const systemBundle = '/etc/ssl/certs/ca-certificates.crt';

/** The common name of the authority, without blanks. */
export const authorityName = 'latchkey-stage-authority';

const days = 30;

/** Makes an authority, and a certificate by it for these names and no other. */
export const makeCertificates = async (folder: string, hosts: readonly string[]): Promise<Certificates> => {
  const openssl = (order: string) => promisify(execFile)('openssl', order.split(/\s+/), { cwd: folder });
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  await writeFile(join(folder, 'server.cnf'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
  await Promise.all([
    openssl(`req -x509 ${newKey} -keyout authority.key -out authority.pem -days ${days} -subj /CN=${authorityName}
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign`),
    openssl(`req ${newKey} -keyout server.key -out server.csr -subj /CN=stage-server`),
  ]);
  await openssl(`x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial
    -days ${days} -extfile server.cnf -out server.pem`);
  const authorityFile = join(folder, 'authority.pem');
  const authority = await readFile(authorityFile, 'utf8');
  const bundleFile = join(folder, 'bundle.pem');
  await writeFile(bundleFile, (existsSync(systemBundle) ? await readFile(systemBundle, 'utf8') : '') + authority);
  return {
    authority,
    authorityFile,
    bundleFile,
    serverFile: join(folder, 'server.pem'),
    serverKeyFile: join(folder, 'server.key'),
  };
};
