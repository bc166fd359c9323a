/** CON-8 with a real Dovecot, set as the guide says: a login teaches the password, a text betrays it. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwnPasswordKeeper } from '../../src/own-password/keeper.ts';
import { closeDoors, openDoor, SECRET } from '../doors/auth-policy-parts.ts';
import { mailServersAreHere } from './available.ts';
import { DOVECOT_NONCE, startDovecot, type Dovecot } from './dovecot.ts';
import { openImap } from './imap-client.ts';
import { takePorts, type PortBlock } from './ports.ts';
import { mustRun, until } from './run.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/dovecot.md');
const ANN = 'ann@local.test';

/** The lines that the guide adds for this. */
async function guideLines(): Promise<string> {
  const text = await readFile(GUIDE, 'utf8');
  const block = /^```\n(auth_policy_hash_mech.*?)^```$/ms.exec(text)?.[1];
  if (block === undefined) throw new Error('The guide for Dovecot no longer has the lines.');
  return block;
}

describe.runIf(mailServersAreHere)('CON-8: own passwords with Dovecot', () => {
  const warnings: string[] = [];
  const keeper = createOwnPasswordKeeper({
    mechanism: 'sha256',
    nonce: DOVECOT_NONCE,
    now: () => Date.now(),
    warn: (message) => warnings.push(message),
  });
  let folder: string;
  let block: PortBlock;
  let dovecot: Dovecot;
  let imapPort: number;

  beforeAll(async () => {
    block = await takePorts();
    const [imap = 0, authPolicy = 0] = block.ports;
    imapPort = imap;
    folder = await mkdtemp(join(tmpdir(), 'primum-own-password-'));
    await chmod(folder, 0o755);
    await mustRun('mkdir', ['-p', join(folder, 'tls'), join(folder, 'pf/spool/private')]);
    await mustRun('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=x'],
      ...['-out', join(folder, 'tls/cert.pem'), '-keyout', join(folder, 'tls/key.pem')],
    ]);
    await openDoor({ address: `127.0.0.1:${authPolicy}`, ownPassword: keeper });
    dovecot = await startDovecot(folder, {
      ports: { imap, authPolicy },
      users: { [ANN]: 'Gr\u00fc\u00dfe-22', 'bob@local.test': 'bobs-own' },
      authPolicyLogin: `wforce:${SECRET}`,
      extra: await guideLines(),
    });
  });

  afterAll(async () => {
    await dovecot.stop();
    await closeDoors();
    await block.release();
    await rm(folder, { recursive: true, force: true });
  });

  async function login(user: string, password: string): Promise<string> {
    const client = await openImap({ port: imapPort });
    try {
      return await client.login(user, password);
    } finally {
      client.close();
    }
  }

  it('finds the password in a text after a login, and no other', async () => {
    expect(await login('bob@local.test', 'bobs-own')).toMatch(/^OK/);
    await until('the login of bob to be told', () => keeper.size === 1);
    const words = 'Dear help desk, my password is bobs-own. Yours, Bob'.split(' ');
    expect(keeper.isAmong('bob@local.test', words)).toBe(true);
    expect(keeper.isAmong('bob@local.test', ['bobs-old', 'Bobs-own'])).toBe(false);
    expect(keeper.isAmong(ANN, words)).toBe(false);
    expect(warnings).toEqual([]);
  });

  it('learns nothing from a wrong password', async () => {
    expect(await login('bob@local.test', 'guessed-one')).toMatch(/^NO/);
    expect(keeper.isAmong('bob@local.test', ['guessed-one'])).toBe(false);
  });

  it('knows letters beyond ASCII, and a login in capitals', async () => {
    expect(await login('ANN@local.test', 'Gr\u00fc\u00dfe-22')).toMatch(/^OK/);
    await until('the login of ann to be told', () => keeper.size === 2);
    expect(keeper.isAmong(ANN, ['es', 'ist', 'Gr\u00fc\u00dfe-22!'])).toBe(true);
  });
});
