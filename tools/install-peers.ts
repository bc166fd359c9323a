/**
 * The real programs that tests talk to, as Debian packages: which are here, and how the missing ones
 * get here. Installs only as root; without root it names what is left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

export interface Peer {
  /** Debian package. */
  readonly name: string;
  /** What the tests need it for. */
  readonly purpose: string;
  /** A file that shows it is installed, or a command that succeeds when it is. */
  readonly shownBy:
    { readonly file: string } | { readonly command: readonly [string, ...string[]] };
}

export const PEERS: readonly Peer[] = [
  {
    name: 'postfix',
    purpose: 'the mail server whose submission service Primum guards',
    shownBy: { file: '/usr/sbin/postfix' },
  },
  {
    name: 'dovecot-core',
    purpose: 'checks passwords for Postfix and asks the auth policy door',
    shownBy: { file: '/usr/sbin/dovecot' },
  },
  {
    name: 'dovecot-imapd',
    purpose: 'IMAP logins and live sessions',
    shownBy: { file: '/usr/lib/dovecot/imap' },
  },
  {
    name: 'dovecot-lmtpd',
    purpose: 'delivers into mailboxes',
    shownBy: { file: '/usr/lib/dovecot/lmtp' },
  },
  {
    name: 'dovecot-sieve',
    purpose: 'redirects mail as its owner asked (Sieve)',
    shownBy: { file: '/usr/lib/dovecot/modules/lib90_sieve_plugin.so' },
  },
  {
    name: 'swaks',
    purpose: 'sends mail as a mail program does',
    shownBy: { file: '/usr/bin/swaks' },
  },
  {
    name: 'libnet-ssleay-perl',
    purpose: 'lets swaks speak TLS',
    shownBy: { command: ['perl', '-MNet::SSLeay', '-e', '1'] },
  },
  {
    name: 'openssl',
    purpose: 'signs the certificate of the mail server under test',
    shownBy: { file: '/usr/bin/openssl' },
  },
  {
    name: 'clamav-daemon',
    purpose: 'scans messages for viruses',
    shownBy: { file: '/usr/sbin/clamd' },
  },
  {
    name: 'rspamd',
    purpose: 'judges messages as a spam filter',
    shownBy: { file: '/usr/bin/rspamd' },
  },
  {
    name: 'unbound',
    purpose: 'resolves names for lookups in DNS lists',
    shownBy: { file: '/usr/sbin/unbound' },
  },
  {
    name: 'rbldnsd',
    purpose: 'serves DNS lists',
    shownBy: { file: '/usr/sbin/rbldnsd' },
  },
  {
    name: 'nsd',
    purpose: 'serves zones of domains, for the audit',
    shownBy: { file: '/usr/sbin/nsd' },
  },
  {
    name: 'miltertest',
    purpose: 'speaks the milter protocol as a mail server does',
    shownBy: { file: '/usr/bin/miltertest' },
  },
  {
    name: 'opendkim',
    purpose: 'signs messages after Primum, so that its headers are signed',
    shownBy: { file: '/usr/sbin/opendkim' },
  },
  {
    name: 'postsrsd',
    purpose: 'rewrites senders of forwards as another hop does',
    shownBy: { file: '/usr/sbin/postsrsd' },
  },
  {
    name: 'chromium',
    purpose: 'opens the console and the public pages as people do',
    shownBy: { file: '/usr/bin/chromium' },
  },
];

function isHere({ shownBy }: Peer): boolean {
  if ('file' in shownBy) return existsSync(shownBy.file);
  const [program, ...args] = shownBy.command;
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

export interface PeerState {
  readonly present: readonly Peer[];
  readonly missing: readonly Peer[];
  /** Why tests with peers cannot run although all are installed; empty when they can. */
  readonly obstacle: string;
}

/** Looks at the machine; changes nothing. */
export function findPeers(): PeerState {
  const present = PEERS.filter(isHere);
  return {
    present,
    missing: PEERS.filter((peer) => !present.includes(peer)),
    obstacle: isRoot() ? '' : 'Postfix can only be started by root',
  };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** What is left out and why, in one sentence; empty when nothing is. */
export function leftOut(state: PeerState): string {
  const reasons = [
    ...state.missing.map(({ name, purpose }) => `${name} is not installed (${purpose})`),
    ...(state.obstacle === '' ? [] : [state.obstacle]),
  ];
  if (reasons.length === 0) return '';
  return `Left out: the tests against real mail servers (test/peers), because ${reasons.join('; ')}.`;
}

/** Runs quietly; a failing program is shown with its own words. */
function runApt(command: string, args: readonly string[], input = ''): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    input,
  });
  if (status !== 0) console.log(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return status === 0;
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Keeps the packages from starting mail servers on this machine; the tests start their own. */
function withoutServices(work: () => boolean): boolean {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(POLICY);
  }
}

function install(missing: readonly Peer[]): void {
  console.log('The tests need these Debian packages, which are installed now:');
  for (const { name, purpose } of missing) console.log(`  ${name}: ${purpose}`);
  // Without this answer the package of Postfix asks what kind of mail server it shall be.
  const answer = 'postfix postfix/main_mailer_type select No configuration\n';
  if (existsSync('/usr/bin/debconf-set-selections')) runApt('debconf-set-selections', [], answer);
  const names = missing.map(({ name }) => name);
  const done = withoutServices(
    () =>
      runApt('apt-get', ['-qq', 'update']) &&
      runApt('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...names]),
  );
  console.log(done ? 'Installed.' : 'Installing failed.');
}

/** Installs what is missing where that is possible; the state afterwards. */
export function ensurePeers(): PeerState {
  const before = findPeers();
  if (before.missing.length === 0) return before;
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) return before;
  install(before.missing);
  return findPeers();
}

if (import.meta.main) {
  const text = leftOut(ensurePeers());
  console.log(text === '' ? 'Every peer is here.' : text);
  process.exitCode = text === '' ? 0 : 1;
}
