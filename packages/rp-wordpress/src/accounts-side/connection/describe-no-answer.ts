import type { ConnectionProblem, ExpectedConnection, NoAnswer } from '@latchkey/application-kind';

const certificateFaults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet: compare the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by nobody but itself',
};

/** Says why the blog did not answer, and what to do. */
export function describeNoAnswer(noAnswer: NoAnswer, { home }: ExpectedConnection): ConnectionProblem {
  const { code, message } = describe(noAnswer, home);
  return { code, message, untilConfigured: false };
}

function describe({ reason, detail }: NoAnswer, home: URL): Pick<ConnectionProblem, 'code' | 'message'> {
  const unreachable = (message: string) => ({ code: 'ERR_CHECK_UNREACHABLE', message }) as const;
  const inBrackets = detail === '' ? '' : ` (${detail})`;
  const address = `${home.hostname}:${home.port || (home.protocol === 'https:' ? '443' : '80')}`;
  switch (reason) {
    case 'private-address':
      return {
        code: 'ERR_CHECK_PRIVATE_ADDRESS',
        message: `${home.hostname} is at a private address, where nothing is called for an application, sign-outs neither; if it is right, connect with --allow-private-address ${address}`,
      };
    case 'certificate':
      return {
        code: 'ERR_CHECK_CERTIFICATE',
        message: `the certificate of ${address} does not prove that it is ${home.hostname}${inBrackets}: ${
          certificateFaults[detail] ??
          'nobody this machine trusts signed it, or the intermediate certificate is missing (for a CA of your own, start Latchkey with NODE_EXTRA_CA_CERTS)'
        }`,
      };
    case 'unknown-host':
      return unreachable(
        `${home.hostname} has no address here${inBrackets}: look at the name and the DNS of this machine`,
      );
    case 'refused':
      return unreachable(
        `nothing listens at ${address}${inBrackets}: the web server does not run, or a firewall refuses`,
      );
    case 'tls':
      return unreachable(`${address} does not speak TLS as it should${inBrackets}`);
    case 'timeout':
      return unreachable(`${address} did not answer in time: the web server is stuck, or a firewall swallows the call`);
    case 'too-large':
      return unreachable(`${address} answered with more than any answer of the plugin: something else listens there`);
    case 'other':
      return unreachable(`${address} gave no usable answer${inBrackets}`);
  }
}
