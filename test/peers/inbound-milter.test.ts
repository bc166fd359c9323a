/** INB-1 to INB-4 with a real Postfix and clamd: port 25 behind the milter door. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EICAR } from '../scanners/helper.ts';
import { mailServersAreHere } from './available.ts';
import { startClamd, type Clamd } from './clamd.ts';
import { HOOK_MS, PEER_TEST_MS, referenceIn, startGuarded, type Guarded } from './guarded.ts';
import { openSmtp } from './smtp-client.ts';

const STRANGER = '203.0.113.9';
const NONE = '[UNAVAILABLE]';
const SERVER = { NAME: 'mx.example.com', REVERSE_NAME: 'mx.example.com' };

describe.runIf(mailServersAreHere)(
  'mail from outside at the milter',
  { timeout: PEER_TEST_MS },
  () => {
    let clamd: Clamd | undefined;
    let guarded: Guarded | undefined;
    const platform = (): Guarded => {
      if (!guarded) throw new Error('The platform is used before its tests begin');
      return guarded;
    };

    beforeAll(async () => {
      clamd = await startClamd();
      const connections = { action: 'defer', limit: 30 } as const;
      guarded = await startGuarded(
        { 'ann@local.test': 'secret' },
        {
          policy: { mode: 'enforce', connections },
          policyDoor: 'tcp',
          milterDoor: 'tcp',
          sections: {
            scanners: { clamd: { address: clamd.unix } },
            inbound: {
              ...{
                no_reverse_name: 'reject',
                forward_mismatch: 'defer',
                home_connection: 'reject',
              },
              ...{ virus: 'reject', impossible_helo: 'reject' },
            },
          },
        },
      );
    }, HOOK_MS);
    afterAll(async () => {
      await guarded?.stop();
      await clamd?.stop();
    }, HOOK_MS);

    /** The answer to the recipient, and to the message where it comes so far. */
    async function bring(
      from: Record<string, string>,
      more: { to?: string; body?: string; helo?: string } = {},
    ) {
      const client = await openSmtp({ host: '127.0.0.3', port: platform().stack.ports.relay });
      try {
        await client.xclient({ ADDR: STRANGER, ...from });
        await client.command(more.helo ?? 'HELO mx.example.com');
        const to = more.to ?? 'ann@local.test';
        const raw = `Subject: test\r\nTo: <${to}>\r\n\r\n${more.body ?? 'Good day.'}\r\n`;
        const sent = await client.send({ from: 'x@bank.example.com', to: [to], raw });
        return { recipient: sent.recipients[0]?.text ?? '', message: sent.end?.text ?? '' };
      } finally {
        client.close();
      }
    }

    it('INB-1: is refused without a reverse name, and explained', async () => {
      const { recipient } = await bring({ NAME: NONE, REVERSE_NAME: NONE });
      expect(recipient).toMatch(/^554 5\.7\.25 .*has no reverse name in DNS\./);
      expect(await platform().operator.explain(referenceIn(recipient))).toContain('INB-1');
    });

    it('INB-1: is told a name that leads elsewhere from none at all', async () => {
      const { recipient } = await bring({ NAME: NONE, REVERSE_NAME: 'mx.bank.example.com' });
      expect(recipient).toMatch(/^450 4\.7\.25 .*does not lead back to its address\./);
    });

    it('INB-2: is refused from a home connection, and never for postmaster', async () => {
      const home = {
        NAME: '203-0-113-9.dyn.example.net',
        REVERSE_NAME: '203-0-113-9.dyn.example.net',
      };
      expect((await bring(home)).recipient).toMatch(/^554 5\.7\.1 .*Home connections/);
      expect((await bring(home, { to: 'postmaster@local.test' })).message).toMatch(/^250 /);
    });

    it.each([
      'HELO foo bar',
      'EHLO foo bar',
      'HELO foo.example.com bar',
      'HELO foo.example.com\tbar',
      'HELO <foo>',
    ])('INB-1: is refused with a name in HELO that cannot be: %s', async (helo) => {
      const { recipient } = await bring(SERVER, { helo });
      expect(recipient).toMatch(/^554 5\.7\.1 .*HELO/);
    });

    it('INB-1: is not told by Postfix what a proxy says of HELO (XCLIENT), so that is for the policy door', async () => {
      const client = await openSmtp({ host: '127.0.0.3', port: platform().stack.ports.relay });
      try {
        const names = Object.entries(SERVER).map(([name, value]) => `${name}=${value}`);
        await client.command(`XCLIENT ADDR=${STRANGER} ${names.join(' ')} HELO=foo+20bar`);
        const sent = await client.send({ from: 'x@bank.example.com', to: ['ann@local.test'] });
        expect(sent.recipients[0]?.text).toMatch(/^250 /);
      } finally {
        client.close();
      }
    });

    it('INB-3: is refused with a virus in it, by name, and taken without', async () => {
      const { message } = await bring(SERVER, { body: EICAR });
      expect(message).toMatch(/^554 5\.7\.1 .*carries a virus \(.*eicar/i);
      expect(await platform().operator.explain(referenceIn(message))).toContain('INB-3');
      expect((await bring(SERVER)).message).toMatch(/^250 /);
    });

    it('INB-4: waits after too many connections', async () => {
      const said: string[] = [];
      while (said.length < 40 && said.at(-1)?.startsWith('250') !== false)
        said.push((await bring({ ...SERVER, ADDR: '203.0.113.77' })).recipient);
      expect(said).toHaveLength(31);
      expect(said.at(-1)).toMatch(/^450 4\.7\.1 .*Too many connections from this address\./);
    });
  },
);
