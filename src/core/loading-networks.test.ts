/** The first seconds after a start, in which the table of autonomous systems is not there yet. */
import { describe, expect, it } from 'vitest';
import { createPlatform, testNetwork } from '../../test/platform.ts';

const ANN = 'ann@example.org';
const THIEF = '10.3.0.1';

/** A slow table: addresses have no ASN until it has come. */
function slowNetworks() {
  const known = { isLoading: true };
  const network = (address: string) => {
    const facts = testNetwork(address);
    if (!known.isLoading) return facts;
    return { ...facts, asn: 0, asnName: '', isLoading: true, lacksAsn: true };
  };
  return { known, network };
}

describe('while the ASN table loads', () => {
  it('ACC-4: nobody is refused by an asn: rule, and from then on strangers are', () => {
    const { known, network } = slowNetworks();
    const rules = { clientNetworks: ['asn:64500'], clientNetworkAction: 'reject' } as const;
    const p = createPlatform({ rules, network });
    expect(p.submit(ANN, { clientAddress: '10.0.0.1' }).verdict).toBe('pass');
    expect(p.submit(ANN, { clientAddress: THIEF }).verdict).toBe('pass');
    known.isLoading = false;
    expect(p.submit(ANN, { clientAddress: '10.0.0.2' }).verdict).toBe('pass');
    expect(p.submit(ANN, { clientAddress: '10.3.0.2' })).toMatchObject({
      verdict: 'reject',
      reasons: [{ signal: 'client-network' }],
    });
  });

  it('ACC-4: rules that need no table hold', () => {
    const { network } = slowNetworks();
    const p = createPlatform({
      rules: { clientNetworks: ['192.0.2.0/24'], clientNetworkAction: 'reject' },
      network,
    });
    expect(p.submit(ANN, { clientAddress: THIEF }).verdict).toBe('reject');
  });

  it('ACC-1: a legacy client known by its ASN may still relay', () => {
    const { known, network } = slowNetworks();
    const p = createPlatform({
      policy: { relay: { action: 'reject', networks: ['asn:64500'] } },
      network,
    });
    const from = (clientAddress: string) =>
      p.submit('', { envelopeSender: 'printer@example.org', clientAddress }).verdict;
    expect(from('10.0.0.1')).toBe('pass');
    known.isLoading = false;
    expect(from('10.0.0.2')).toBe('pass');
    expect(from('10.3.0.2')).toBe('reject');
  });

  it('no context is learned, and none is called new', async () => {
    const { known, network } = slowNetworks();
    known.isLoading = false;
    const p = createPlatform({ rules: { limits: [] }, network });
    for (let i = 0; i < 30; i++) p.submit(ANN, { clientAddress: '10.0.0.1' });
    known.isLoading = true;
    for (const clientAddress of ['10.0.0.9', '10.3.0.9']) {
      expect(p.submit(ANN, { clientAddress })).toMatchObject({ verdict: 'pass', score: 0 });
    }
    const report = await p.inspector.account(ANN);
    expect(report?.identities[0]?.contexts).toMatchObject([{ asn: 64500, messages: 30 }]);
  });

  it('a held context is not let through because nobody can tell which one it is', () => {
    const { known, network } = slowNetworks();
    known.isLoading = false;
    const p = createPlatform({ rules: { foreignSender: 'observe', limits: [] }, network });
    for (let i = 0; i < 30; i++) {
      p.submit(ANN);
      p.wait(3_600_000);
    }
    let strangers = 0;
    const theft = (clientAddress: string) =>
      p.submit(ANN, {
        envelopeRecipients: [`stranger${(strangers += 1)}@dest.test`],
        clientAddress,
        heloName: `[${clientAddress}]`,
        envelopeSender: 'x@freemail.test',
      }).verdict;
    expect([theft(THIEF), theft(THIEF), theft(THIEF)].at(-1)).toBe('hold');
    known.isLoading = true;
    expect(theft('10.3.0.77')).toBe('hold');
  });
});
