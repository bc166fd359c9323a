/** Live changes over a real socket: who stops reading, and who may not look any more, is dropped. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN } from './api-fixture.ts';
import { openDeskFixture } from './desk-fixture.ts';

let api: Awaited<ReturnType<typeof openDeskFixture>>;

beforeAll(async () => {
  api = await openDeskFixture();
});
afterAll(() => api.close());

const bearer = { authorization: `Bearer ${TOKEN}` };

/** What it was told until it ended; `text` grows meanwhile. */
async function follow(headers: Record<string, string>) {
  const response = await fetch(`${api.baseUrl}/api/v1/changes`, { headers });
  expect(response.status).toBe(200);
  const seen = { text: '', isOver: false };
  const read = async (): Promise<void> => {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) seen.text += part;
  };
  void read()
    .catch(() => undefined)
    .then(() => (seen.isOver = true));
  await expect.poll(() => seen.text).toContain('retry:');
  return seen;
}

const stays = async () => ({ cookie: (await api.logIn('stays')).cookie });

describe('live changes', { timeout: 60_000 }, () => {
  it('go on for the others when a client on a real socket stops reading', async () => {
    const { hostname, port } = new URL(api.baseUrl);
    const deaf = connect({ host: hostname, port: Number(port) });
    deaf.write(
      `GET /api/v1/changes HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer.authorization}\r\n\r\n`,
    );
    await once(deaf, 'data');
    deaf.pause();
    const other = await follow(bearer);
    // More than the buffers of both kernels hold.
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 60; n++) api.desk.tellAccount(`${'x'.repeat(60_000)}${round}-${n}`);
      await expect.poll(() => other.text.slice(-20), { timeout: 10_000 }).toContain(`${round}-59`);
    }
    const ended = once(deaf, 'close');
    deaf.resume();
    await ended;
    expect(other.isOver).toBe(false);
  });

  it.each([
    ['is removed', (name: string) => api.desk.users.remove(name, 'adam')],
    ['logs out', (_: string, cookie: string) => api.desk.users.logout(cookie.split('=')[1] ?? '')],
    ['has a new password', (name: string) => api.addUser(name, 'reviewer')],
    [
      'has another role',
      (name: string) => api.desk.users.invite({ name, role: 'reader', by: 'adam' }),
    ],
  ])('end for a user who %s, and for nobody else', async (what, end) => {
    const name = what.replaceAll(' ', '-');
    await api.addUser(name, 'reviewer');
    await api.addUser('stays', 'reviewer');
    const { cookie } = await api.logIn(name);
    const [his, other] = [await follow({ cookie }), await follow(await stays())];
    await end(name, cookie);
    await expect.poll(() => his.isOver).toBe(true);
    expect(other.isOver).toBe(false);
  });

  it('end for a program whose token is taken back', async () => {
    const draft = { name: 'siem', role: 'reader', scopes: ['desk:read'], by: 'adam' } as const;
    const { id, token } = await api.desk.users.addToken(draft);
    const seen = await follow({ authorization: `Bearer ${token}` });
    await api.desk.users.removeToken(id, 'adam');
    await expect.poll(() => seen.isOver).toBe(true);
  });
});
