/**
 * A well-behaved house that is made up: the DNS of so many domains, of the shipped lists and of reverse
 * names, and mail servers at any address of 127.0.0.0/8. Prints `{dnsPort, smtpPort}` as its first line;
 * SIGTERM ends it. `node bench/watch-house.ts FOLDER DELAY_MS`, which is how late each answer comes.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { loadListCatalogue, type DnsList } from '../src/watch/list-catalogue.ts';
import { once } from 'node:events';
import {
  a,
  mx,
  ns,
  ptr,
  soa,
  startLyingDns,
  txt,
  type Answer,
  type Question,
  type Reply,
} from '../test/watch/lying-dns.ts';

export interface HouseLine {
  readonly dnsPort: number;
  readonly smtpPort: number;
}

export const HOUSE = 'house.example';
/** Names of domains: `d0.example`, `d1.example` … */
export const domainName = (at: number): string => `d${at}.example`;
/** Names and addresses of mail servers. */
export const hostName = (at: number): string => `mx${at}.${HOUSE}`;
export const hostAddress = (at: number): string => `127.0.1.${at + 1}`;

const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA' },
  52: 'TLSA',
};

/** RSA of 2048 bits; nobody has the other half. */
const KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun' +
  'VTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRni' +
  'WaoLcyehkd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264' +
  'Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEg' +
  'AqeGUxrcIlbjXfbcmwIDAQAB';

/** By what stands before the domain, and the type. */
const DOMAIN: Readonly<Record<string, readonly Answer[]>> = {
  ' NS': [ns(`ns1.${HOUSE}`), ns(`ns2.${HOUSE}`)],
  ' SOA': [soa(`ns1.${HOUSE}`)],
  ' MX': [mx(10, hostName(0)), mx(10, hostName(1))],
  ' TXT': [txt(`v=spf1 include:_spf.${HOUSE} mx -all`), txt('a-service-verification=0123456789')],
  's1._domainkey. TXT': [txt(`v=DKIM1; k=rsa; p=${KEY}`)],
  '_dmarc. TXT': [txt(`v=DMARC1; p=reject; rua=mailto:dmarc@${HOUSE}`)],
  '_smtp._tls. TXT': [txt(`v=TLSRPTv1; rua=mailto:tls@${HOUSE}`)],
};

const IN_HOUSE: Readonly<Record<string, readonly Answer[]>> = {
  [`ns1.${HOUSE} A`]: [a('127.0.0.1')],
  [`ns2.${HOUSE} A`]: [a('127.0.0.2')],
  [`_spf.${HOUSE} TXT`]: [txt('v=spf1 ip4:127.0.1.0/24 -all')],
};

const lists = loadListCatalogue(undefined);

function say({ name, type }: Question): Reply {
  const question = `${name.toLowerCase()} ${TYPES[type] ?? ''}`;
  const list = lists.find(({ zone }) => name.endsWith(`.${zone}`));
  if (list !== undefined) return listReply(list, name.slice(0, -list.zone.length - 1), type);
  const reports = new RegExp(`^d\\d+\\.example\\._report\\._dmarc\\.${HOUSE} TXT$`);
  if (reports.test(question)) return [txt('v=DMARC1')];
  const domain = /^(.*\.)?d\d+\.example( .*)$/.exec(question);
  if (domain !== null) return DOMAIN[`${domain[1] ?? ''}${domain[2] ?? ''}`] ?? [];
  const host = /^mx(\d+)\.house\.example A$/.exec(question);
  if (host !== null) return [a(hostAddress(Number(host[1])))];
  const reverse = /^(\d+)\.1\.0\.127\.in-addr\.arpa PTR$/.exec(question);
  if (reverse !== null) return [ptr(hostName(Number(reverse[1]) - 1))];
  return IN_HOUSE[question] ?? 'none';
}

/** Nobody is listed but what a list is tried with. */
function listReply(list: DnsList, subject: string, type: number): Reply {
  const test = list.of === 'addresses' ? '2.0.0.127' : (list.testName ?? 'test');
  if (subject !== test || type !== 1) return 'none';
  const bit = Object.keys(list.bits ?? {}).at(-1);
  const code = bit === undefined ? Object.keys(list.codes ?? {})[0] : `127.0.0.${bit}`;
  return [a((code ?? '127.0.0.2').replace('*', '2'))];
}

function certificate(folder: string): { readonly key: Buffer; readonly cert: Buffer } {
  const { status } = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90', '-subj', `/CN=${HOUSE}`],
    ...['-addext', `subjectAltName=DNS:*.${HOUSE}`],
    ...['-out', join(folder, 'cert.pem'), '-keyout', join(folder, 'key.pem')],
  ]);
  if (status !== 0) throw new Error('openssl could not make a certificate; install it.');
  return {
    cert: readFileSync(join(folder, 'cert.pem')),
    key: readFileSync(join(folder, 'key.pem')),
  };
}

const EHLO =
  '250-mx.house.example\r\n250-SIZE 26214400\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n';

/** What a careful mail server answers. */
function answer(command: string, isSecure: boolean): string {
  if (/^EHLO /i.test(command)) return `${EHLO}${isSecure ? '' : '250-STARTTLS\r\n'}250 DSN\r\n`;
  if (/^(?:MAIL FROM:|RSET|HELO )/i.test(command)) return '250 OK\r\n';
  if (/^RCPT TO:<(?:abuse|postmaster)@d\d+\.example>$|^RCPT TO:<postmaster>$/i.test(command))
    return '250 OK\r\n';
  if (/^RCPT /i.test(command)) return '550 5.1.1 Recipient refused\r\n';
  if (/^QUIT/i.test(command)) return '221 Bye\r\n';
  if (/^(?:VRFY|EXPN)/i.test(command)) return '502 5.5.1 Not here\r\n';
  return '500 5.5.2 Unknown command\r\n';
}

function serve(folder: string, delayMs: number) {
  const secret = certificate(folder);
  const talk = (socket: Socket, isSecure: boolean): void => {
    let text = '';
    socket.on('error', () => undefined);
    const onData = (bytes: Buffer): void => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const command = text.slice(0, end).trim();
        text = text.slice(end + 1);
        const say = (reply: string): void =>
          void setTimeout(() => socket.writable && socket.write(reply), delayMs);
        if (!/^STARTTLS$/i.test(command) || isSecure) {
          say(answer(command, isSecure));
          continue;
        }
        socket.off('data', onData);
        socket.write('220 Go ahead\r\n');
        talk(new TLSSocket(socket, { isServer: true, ...secret }), true);
      }
    };
    socket.on('data', onData);
  };
  return createServer((socket) => {
    setTimeout(() => socket.writable && socket.write('220 mx.house.example ESMTP\r\n'), delayMs);
    talk(socket, false);
  }).listen(0, '0.0.0.0');
}

async function main(folder: string, delayMs: number): Promise<void> {
  const dns = await startLyingDns(say, { delayMs, alsoAt: '127.0.0.2' });
  const smtp = serve(folder, delayMs);
  await once(smtp, 'listening');
  const address = smtp.address();
  const line: HouseLine = {
    dnsPort: Number(dns.server.split(':')[1]),
    smtpPort: typeof address === 'object' && address !== null ? address.port : 0,
  };
  console.log(JSON.stringify(line));
  process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) await main(process.argv[2] ?? '', Number(process.argv[3] ?? 0));
