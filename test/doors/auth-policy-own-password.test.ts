/** CON-8 at the auth policy door: whole digests of passwords go to the keeper and nowhere else. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { withShortHash } from '../../src/protocol/auth-policy.ts';
import { closeDoors, openDoor } from './auth-policy-parts.ts';

afterEach(closeDoors);

const WHOLE = createHash('sha256').update('8f3a1c0d5balice@local.test\0secret1').digest('hex');
const LOGIN = { login: 'Alice@local.test', protocol: 'imap', remote: '192.0.2.7', pwhash: WHOLE };

async function open(options: Parameters<typeof openDoor>[0] = {}) {
  const told: (readonly string[])[] = [];
  const ownPassword = { remember: (...words: readonly string[]) => void told.push(words) };
  return { told, ...(await openDoor({ ownPassword, ...options })) };
}

describe('CON-8: a password that worked', () => {
  it('is told to the keeper as its whole digest, with the login as it was hashed', async () => {
    const { post, told } = await open();
    await post('report', { ...LOGIN, success: true });
    expect(told).toEqual([['alice@local.test', WHOLE, 'Alice@local.test']]);
  });

  it.each([
    ['the password was wrong', { success: false }],
    ['we refused it ourselves', { success: true, policy_reject: true }],
    ['nobody is named', { success: true, login: '' }],
    ['there is no hash', { success: true, pwhash: '' }],
  ])('is not told when %s', async (_, changes) => {
    const { post, told } = await open();
    expect((await post('report', { ...LOGIN, ...changes })).status).toBe(200);
    await post('allow', LOGIN);
    expect(told).toEqual([]);
  });

  it('reaches events as the twelve bits that Dovecot gives by itself', async () => {
    const { post, gate } = await open();
    await post('allow', LOGIN);
    await post('report', { ...LOGIN, success: true });
    await post('report', { ...LOGIN, success: false });
    // As recorded from Dovecot 2.3 for this password.
    expect(gate.checked.map((event) => event.passwordHash)).toEqual(['0bba']);
    expect(gate.judged.map((event) => event.passwordHash)).toEqual(['0bba', '0bba']);
  });

  it('reaches webhooks as twelve bits, even where they get the hash', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => bodies.push(chunk));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const { post, door } = await open({
      webhooks: [{ name: 'h', url, events: ['report', 'allow'], withPasswordHash: true }],
    });
    await post('allow', LOGIN);
    await post('report', { ...LOGIN, success: true });
    await door.close();
    await new Promise((resolve) => server.close(resolve));
    expect(bodies.join('').match(/"pwhash":"0bba"/g)).toHaveLength(2);
    expect(bodies.join('')).not.toContain(WHOLE);
  });

  it('stays as it came where own passwords are not looked for', async () => {
    const { post, gate } = await openDoor();
    await post('report', { ...LOGIN, success: true });
    expect(gate.judged[0]?.passwordHash).toBe(WHOLE);
  });
});

describe('the short form of a password hash', () => {
  it.each([
    [WHOLE, '0bba'],
    [WHOLE.toUpperCase(), '0bba'],
    ['0bba', '0bba'],
    ['opaque text of another program that is long', 'opaque text of another program that is long'],
    ['', ''],
  ])('%s is %s', (pwhash, short) => {
    expect(withShortHash({ login: 'a', pwhash })).toEqual({ login: 'a', pwhash: short });
  });

  it('is not made of what is no text', () => {
    expect(withShortHash({ pwhash: 7 })).toEqual({ pwhash: 7 });
  });
});
