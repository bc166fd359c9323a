/**
 * Logins in Dovecot's log (2.2 to 2.4): `imap-login: Login: user=<a>, method=PLAIN, rip=…, lip=…,
 * TLS, session=<…>` and the many ways to say `auth failed, 3 attempts in 12 secs`.
 */
import { kept } from './mail-log-fact.ts';
import type { LogService, Said } from './mail-log-fact.ts';

const SERVICES: Readonly<Record<string, LogService>> = {
  'imap-login': 'imap',
  'pop3-login': 'pop3',
  'managesieve-login': 'sieve',
  'sieve-login': 'sieve',
  'submission-login': 'submission',
};

/** More wrong passwords of one connection are no other evidence. */
export const MAX_ATTEMPTS = 10;

/** Whether Dovecot's own log file begins its lines like this. */
export function isDovecotProgram(program: string): boolean {
  return program === 'dovecot' || Object.hasOwn(SERVICES, program);
}

/**
 * @param program As at the head of the line: `dovecot`, then the text begins with its process.
 * @param from Where the program's own text begins.
 */
export function readDovecot(program: string, line: string, from: number): Said {
  let service = SERVICES[program];
  let at = from;
  if (service === undefined) {
    const colon = line.indexOf(': ', from);
    if (colon < 0) return 'nothing';
    service = SERVICES[line.slice(from, colon)];
    if (service === undefined) return 'nothing';
    at = colon + 2;
  }
  if (line.startsWith('Info: ', at)) at += 6;
  if (line.startsWith('Login: ', at)) return readLogin(line, at + 7, { service, attempts: 0 });
  if (line.startsWith('Logged in: ', at)) return readLogin(line, at + 11, { service, attempts: 0 });
  const failed = line.indexOf('(auth failed, ', at);
  const user = line.indexOf(': user=<', at);
  if (failed < 0 || (user >= 0 && user < failed)) return 'nothing';
  const attempts = Number.parseInt(line.slice(failed + 14, failed + 24), 10);
  if (!(attempts > 0)) return 'cut';
  const facts = line.indexOf('): ', failed);
  if (facts < 0) return 'cut';
  return readLogin(line, facts + 3, { service, attempts: Math.min(attempts, MAX_ATTEMPTS) });
}

interface Known {
  readonly service: LogService;
  /** Wrong passwords; 0 for a login that worked. */
  readonly attempts: number;
}

function readLogin(line: string, at: number, { service, attempts }: Known): Said {
  if (!line.startsWith('user=<', at)) return 'nothing';
  // A login may contain anything; what Dovecot writes after it does not.
  const rip = line.lastIndexOf(', rip=');
  if (rip < at) return 'cut';
  const method = line.lastIndexOf(', method=', rip);
  const end = method > at ? method : rip;
  if (line.charCodeAt(end - 1) !== 62) return 'cut';
  const account = line.slice(at + 6, end - 1);
  // No name was given: nobody's password was tried.
  if (account === '') return 'nothing';
  const after = line.indexOf(', ', rip + 6);
  if (after < 0) return 'cut';
  const rest = line.slice(after);
  const isSecure = rest.includes(', TLS') || rest.includes(', secured');
  return {
    kind: 'login',
    account: kept(account),
    service,
    ok: attempts === 0,
    clientAddress: kept(line.slice(rip + 6, after)),
    ...(method > at ? { mechanism: kept(line.slice(method + 9, rip)) } : {}),
    tls: isSecure,
    attempts: Math.max(1, attempts),
  };
}
