/** The mail platform of these tests works as the guides say, and goes on when Primum is away. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOOK_MS, PEER_TEST_MS } from './guarded.ts';
import { mailServersAreHere } from './available.ts';
import { startMailStack, type MailStack } from './mail-stack.ts';
import { until } from './run.ts';

interface Asked {
  readonly command: string | undefined;
  readonly login: string;
  readonly remote: string;
  readonly pwhash: string;
}

/** Answers every login with "go on" and remembers what Dovecot asked. */
async function listenLikeAuthPolicy(port: number, asked: Asked[]): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Omit<Asked, 'command'>;
      asked.push({ ...body, command: request.url });
      response.end('{"status":0,"msg":""}');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

describe.runIf(mailServersAreHere)(
  'the mail platform without Primum',
  { timeout: PEER_TEST_MS },
  () => {
    let stack: MailStack;
    let server: Server;
    const asked: Asked[] = [];

    beforeAll(async () => {
      stack = await startMailStack({ 'ann@local.test': 'first-secret' });
      server = await listenLikeAuthPolicy(stack.ports.authPolicy, asked);
    }, HOOK_MS);
    afterAll(async () => {
      server.close();
      server.closeAllConnections();
      await stack.stop();
    }, HOOK_MS);

    it('tells auth policy the real address behind XCLIENT and behind a trusted webmail', async () => {
      const reported = () => asked.filter(({ command }) => command?.includes('report'));
      // Dovecot reports when it has answered.
      const isReported = (count: number) =>
        until(`report ${count}`, () => reported().length === count);
      const client = await stack.smtp();
      await client.xclient({ ADDR: '203.0.113.9', NAME: '[UNAVAILABLE]' });
      expect((await client.auth('ann@local.test', 'first-secret')).code).toBe(235);
      client.close();
      await isReported(1);
      await stack.imapLogin('ann@local.test', 'first-secret', { forwardedFor: '198.51.100.7' });
      await isReported(2);
      await stack.imapLogin('ann@local.test', 'first-secret', { localAddress: '127.0.0.77' });
      await isReported(3);
      expect(reported().map(({ remote }) => remote)).toEqual([
        '203.0.113.9',
        '198.51.100.7',
        '127.0.0.77',
      ]);
      expect(new Set(reported().map(({ pwhash }) => pwhash)).size).toBe(1);
    });

    it('delivers mail, because the documented failure settings of Postfix say so', async () => {
      const sent = await stack.swaks({
        from: 'ann@local.test',
        to: 'friend@dest.test',
        user: 'ann@local.test',
        password: 'first-secret',
        subject: 'nobody is listening',
      });
      expect(sent.replies.at(-2)).toMatch(/^250 2\.0\.0 Ok: queued as/);
      const message = await stack.sink.waitFor('the message', ({ text }) =>
        text.includes('Subject: nobody is listening'),
      );
      expect(message.envelopeRecipients).toEqual(['friend@dest.test']);
      expect(await stack.postfix.log()).toContain('problem talking to server');
    });

    it('delivers mail over TLS', async () => {
      const sent = await stack.swaks({
        from: 'ann@local.test',
        to: 'friend@dest.test',
        user: 'ann@local.test',
        password: 'first-secret',
        tls: true,
      });
      expect(sent.code, sent.transcript).toBe(0);
    });

    it('checks passwords, and sees a changed one', async () => {
      expect(await stack.imapLogin('ann@local.test', 'first-secret')).toMatch(/^OK/);
      expect(await stack.imapLogin('ann@local.test', 'wrong')).toMatch(/^NO/);
      await stack.dovecot.changePassword('ann@local.test', 'next-secret');
      expect(await stack.imapLogin('ann@local.test', 'first-secret')).toMatch(/^NO/);
      expect(await stack.imapLogin('ann@local.test', 'next-secret')).toMatch(/^OK/);
    });

    it('lets people log in while auth policy is away, for Dovecot fails open', async () => {
      server.close();
      server.closeAllConnections();
      expect(await stack.imapLogin('ann@local.test', 'next-secret')).toMatch(/^OK/);
      expect(await stack.imapLogin('ann@local.test', 'wrong')).toMatch(/^NO/);
    });
  },
);
