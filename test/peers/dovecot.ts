/** A Dovecot of its own in a folder: start, stop, accounts, log. */
import { appendFile, chown, mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, startDaemon, until } from './run.ts';
import { fillTemplate } from './template.ts';

/** `auth_policy_hash_nonce` of the tests. */
export const DOVECOT_NONCE = 'peers-in-tests';

export interface DovecotPorts {
  readonly imap: number;
  readonly authPolicy: number;
}

export interface DovecotSettings {
  readonly ports: DovecotPorts;
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** `user:password` that Primum's auth policy door asks for. */
  readonly authPolicyLogin: string;
  /** Further lines of the configuration. */
  readonly extra?: string;
}

export interface Dovecot {
  /** Resolves when a login with the new password works and one with the old does not. */
  changePassword(user: string, password: string): Promise<void>;
  /** Who is logged in, as `doveadm who` lists it. */
  who(): Promise<string>;
  log(): Promise<string>;
  stop(): Promise<void>;
  readonly configFile: string;
  readonly pidFile: string;
}

async function makeFolders(folder: string): Promise<{ uid: number; gid: number }> {
  for (const path of ['dc/run', 'dc/state', 'dc/mail', 'log']) {
    await mkdir(join(folder, path), { recursive: true });
  }
  const uid = Number((await mustRun('id', ['-u', 'dovecot'])).trim());
  const gid = Number((await mustRun('id', ['-g', 'dovecot'])).trim());
  await chown(join(folder, 'dc/mail'), uid, gid);
  return { uid, gid };
}

/** The accounts file; every change gets a newer second, which is how Dovecot notices it. */
function accountsFile(path: string, first: Readonly<Record<string, string>>) {
  const passwords = new Map(Object.entries(first));
  let stampSeconds = Math.floor(Date.now() / 1000) - 3600;
  async function write(): Promise<void> {
    const text = [...passwords].map(([user, password]) => `${user}:{PLAIN}${password}\n`).join('');
    stampSeconds += 1;
    await writeFile(`${path}.new`, text, { mode: 0o644 });
    await utimes(`${path}.new`, stampSeconds, stampSeconds);
    await rename(`${path}.new`, path);
  }
  return {
    write,
    change: async (user: string, password: string) => {
      passwords.set(user, password);
      await write();
      // Dovecot looks at the file once a second of its own clock at most, so the next one will do.
      const changedAt = Math.floor(Date.now() / 1000);
      await until('the next second', () => Math.floor(Date.now() / 1000) > changedAt);
    },
  };
}

/** Starts Dovecot; resolves when it accepts logins. */
export async function startDovecot(folder: string, settings: DovecotSettings): Promise<Dovecot> {
  const { uid, gid } = await makeFolders(folder);
  const configFile = join(folder, 'dc/dovecot.conf');
  const accounts = accountsFile(join(folder, 'dc/users'), settings.users);
  await accounts.write();
  await fillTemplate('dovecot.conf', configFile, {
    DIR: folder,
    UID: uid,
    GID: gid,
    IMAP_PORT: settings.ports.imap,
    AUTH_POLICY_PORT: settings.ports.authPolicy,
    AUTH_POLICY_TOKEN: Buffer.from(settings.authPolicyLogin).toString('base64'),
    NONCE: DOVECOT_NONCE,
  });
  await appendFile(configFile, `\n${settings.extra ?? ''}\n`);
  const logFile = join(folder, 'log/dovecot.log');
  await startDaemon('dovecot', ['-c', configFile], join(folder, 'log/dovecot-start'));
  const pidFile = join(folder, 'dc/run/master.pid');
  return {
    configFile,
    pidFile,
    log: () => readFile(logFile, 'utf8').catch(() => ''),
    changePassword: accounts.change,
    who: () => mustRun('doveadm', ['-c', configFile, 'who']),
    stop: async () => {
      await run('doveadm', ['-c', configFile, 'stop']);
      await until('Dovecot to stop', async () => {
        const pid = await readFile(pidFile, 'utf8').catch(() => '');
        return pid === '' || !isAlive(Number(pid));
      });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
