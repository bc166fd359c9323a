/** INB-1, INB-2 with a real Postfix: what it tells of a stranger's server, and what that is answered. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS, referenceIn } from './guarded.ts';
import { openSmtp } from './smtp-client.ts';

const STRANGER = '203.0.113.9';
const NONE = '[UNAVAILABLE]';

describe.runIf(mailServersAreHere)('mail from outside', { timeout: PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    { 'ann@local.test': 'secret' },
    { mode: 'enforce' },
    {
      sections: {
        inbound: {
          no_reverse_name: 'reject',
          forward_mismatch: 'defer',
          home_connection: 'reject',
          impossible_helo: 'reject',
          allow_names: ['partner.example.net'],
        },
      },
    },
  );

  /** The answer to the recipient. */
  async function bring(
    from: Record<string, string>,
    to = 'ann@local.test',
    helo = 'HELO mx.example.com',
  ): Promise<string> {
    const client = await openSmtp({ host: '127.0.0.2', port: platform().stack.ports.relay });
    try {
      await client.xclient({ ADDR: STRANGER, ...from });
      await client.command(helo);
      const sent = await client.send({ from: 'x@bank.example.com', to: [to] });
      return sent.recipients[0]?.text ?? '';
    } finally {
      client.close();
    }
  }

  it('INB-1: is refused from an address without a name, with a reason and a reference', async () => {
    const refusal = await bring({ NAME: NONE, REVERSE_NAME: NONE });
    expect(refusal).toMatch(/^554 5\.7\.25 .*has no reverse name in DNS\./);
    const explained = await platform().operator.explain(referenceIn(refusal));
    expect(explained).toContain(`${STRANGER} has no reverse name.`);
    expect(explained).toContain('INB-1');
  });

  it('INB-1: has to come again from an address whose name leads elsewhere', async () => {
    const answer = await bring({ NAME: NONE, REVERSE_NAME: 'mx.bank.example.com' });
    expect(answer).toMatch(/^450 4\.7\.25 .*does not lead back to its address\./);
  });

  it('INB-2: is refused from a home connection', async () => {
    const home = '203-0-113-9.dyn.example.net';
    const answer = await bring({ NAME: home, REVERSE_NAME: home });
    expect(answer).toMatch(/^554 5\.7\.1 .*Home connections cannot bring mail here\./);
  });

  it.each(['HELO foo bar', 'EHLO foo bar', 'HELO foo.example.com bar'])(
    'INB-1: is refused with a name in HELO that cannot be: %s',
    async (helo) => {
      const server = { NAME: 'mx.example.com', REVERSE_NAME: 'mx.example.com' };
      expect(await bring(server, undefined, helo)).toMatch(/^554 5\.7\.1 .*HELO cannot be/);
    },
  );

  it('INB-1: is refused where a proxy says such a name for it (XCLIENT)', async () => {
    const client = await openSmtp({ host: '127.0.0.2', port: platform().stack.ports.relay });
    try {
      const names = 'NAME=mx.example.com REVERSE_NAME=mx.example.com HELO=foo+20bar';
      await client.command(`XCLIENT ADDR=${STRANGER} ${names}`);
      const sent = await client.send({ from: 'x@bank.example.com', to: ['ann@local.test'] });
      expect(sent.recipients[0]?.text).toMatch(/^554 5\.7\.1 .*HELO cannot be/);
    } finally {
      client.close();
    }
  });

  it('comes in from a mail server, from who is allowed, and always to postmaster', async () => {
    const server = 'mx.example.com';
    const partner = '203-0-113-9.dyn.partner.example.net';
    expect(await bring({ NAME: server, REVERSE_NAME: server })).toMatch(/^250 /);
    expect(await bring({ NAME: partner, REVERSE_NAME: partner })).toMatch(/^250 /);
    const nameless = { NAME: NONE, REVERSE_NAME: NONE };
    expect(await bring(nameless, 'postmaster@local.test')).toMatch(/^250 /);
  });
});
