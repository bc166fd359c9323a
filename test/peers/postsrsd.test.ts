/** Senders of forwards between us and the postsrsd of another hop, both ways (FWD-1). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForwardAddress, ForwardAddresses } from '../../src/forwards/contract.ts';
import { openForwards } from '../../src/forwards/open-forwards.ts';
import { mailServersAreHere } from './available.ts';
import { startPostsrsd, type Postsrsd } from './postsrsd.ts';

const SECRET = 'a secret of the hop';

function forwardsAt(folder: string, domain: string, secrets: readonly string[] = []) {
  return openForwards({
    domain,
    formerDomains: [],
    excludedDomains: [],
    postsrsdSecrets: secrets,
    keysFile: join(folder, `keys-of-${domain}`),
    isOwnDomain: () => false,
    now: Date.now,
    warn: () => undefined,
  });
}

function value(result: ForwardAddress): string {
  return result.ok ? result.value : `left alone: ${result.reason}`;
}

describe.runIf(mailServersAreHere)('FWD-1: another hop runs postsrsd', () => {
  let folder: string;
  let hop: Postsrsd;
  let ours: ForwardAddresses;
  const decoded = (address: string): string => {
    const result = ours.decode(address);
    return result.ok ? result.value.sender : result.reason;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'primum-postsrsd-'));
    hop = await startPostsrsd(folder, { domain: 'hop.test', secret: SECRET });
    ours = forwardsAt(folder, 'fwd.test');
  });
  afterAll(async () => {
    await hop.stop();
    rmSync(folder, { recursive: true });
  });

  it('its SRS0 becomes our SRS1, and its own again on the way back', async () => {
    const theirs = await hop.forward('ann@q.test');
    expect(theirs).toMatch(/^SRS0=.{4}=..=q\.test=ann@hop\.test$/);
    const wrapped = value(ours.rewrite(theirs));
    expect(wrapped).toMatch(/^SRS1=.{4}=hop\.test==.{4}=..=q\.test=ann@fwd\.test$/);
    expect(decoded(wrapped.toLowerCase())).toBe(theirs.toLowerCase().replace('srs0', 'SRS0'));
    expect(decoded(wrapped)).toBe(theirs);
    expect(await hop.reverse(decoded(wrapped))).toBe('ann@q.test');
  });

  it.each([undefined, 'bob@own.test'])(
    'our SRS0 (of the account %s) becomes its SRS1, and ours again on the way back',
    async (account) => {
      const sender = 'ann@q.test';
      const address = value(
        account === undefined ? ours.rewrite(sender) : ours.rewriteFor(account, sender),
      );
      const wrapped = await hop.forward(address);
      expect(wrapped).toMatch(/^SRS1=.{4}=fwd\.test==.*@hop\.test$/);
      const back = await hop.reverse(wrapped);
      expect(back.toLowerCase()).toBe(address.toLowerCase());
      expect(decoded(back)).toBe(sender);
      const { tag } = (ours.decode(back) as { value: { tag?: string } }).value;
      expect(tag).toBe(account === undefined ? undefined : ours.tagOf(account));
    },
  );

  it('a third hop shortens: its SRS1 of our SRS0 comes back through us to nobody else', async () => {
    const address = value(ours.rewrite('ann@q.test'));
    const second = await hop.forward(address);
    const third = value(forwardsAt(folder, 'third.test').rewrite(second));
    expect(third).toMatch(/^SRS1=.{4}=fwd\.test==/);
    const back = forwardsAt(folder, 'third.test').decode(third);
    expect(back.ok && decoded(back.value.sender)).toBe('ann@q.test');
  });

  it('where postsrsd ran before with a known secret, its addresses are read: SRS0 and SRS1', async () => {
    const heirs = forwardsAt(folder, 'hop.test', [SECRET]);
    for (const sender of ['Ann.B=c@q.test', 'SRS0=abcd=JJ=q.test=a@first.test']) {
      const theirs = await hop.forward(sender);
      for (const asked of [theirs, theirs.toLowerCase()]) {
        const result = heirs.decode(asked);
        expect(result.ok && result.value.sender.toLowerCase()).toBe(sender.toLowerCase());
      }
    }
  });

  it('it refuses ours as forged, and we its own', async () => {
    const forged = value(ours.rewrite('ann@q.test')).replace('@fwd.test', '@hop.test');
    expect(await hop.reverse(forged)).toMatch(/^500 /);
    const theirs = await hop.forward('ann@q.test');
    expect(decoded(theirs.replace('@hop.test', '@fwd.test'))).toBe('forged');
  });
});
