import { describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../core/event.ts';
import { MAX_REMEMBERED, RecentSubmissions, RING_BYTES } from './recent-submissions.ts';

let count = 0;

function sent(account: string, queueId: string, more: Partial<SubmissionEvent> = {}) {
  count += 1;
  return {
    v: 1,
    kind: 'submission',
    id: String(count),
    at: '2026-06-01T08:00:00.000Z',
    mta: 'mx1',
    account,
    queueId,
    clientAddress: '192.0.2.1',
    envelopeSender: account,
    envelopeRecipients: ['someone@else.example'],
    ...more,
  } satisfies SubmissionEvent;
}

function queueIds(recent: RecentSubmissions, account: string): string[] {
  return recent.of(account).map(({ queueId }) => queueId);
}

describe('the newest messages by their queue id', () => {
  it('gives those of an account, newest first, with what the agent looks for', () => {
    const recent = new RecentSubmissions();
    recent.add(sent('Ann@x.example', 'A1', { envelopeSender: 'änn@x.example' }));
    recent.add(sent('ben@x.example', 'B1'));
    recent.add(sent('ann@x.example', 'A2'));
    expect(recent.of('ann@x.example')).toEqual([
      {
        mta: 'mx1',
        queueId: 'A2',
        envelopeSender: 'ann@x.example',
        at: '2026-06-01T08:00:00.000Z',
      },
      {
        mta: 'mx1',
        queueId: 'A1',
        envelopeSender: 'änn@x.example',
        at: '2026-06-01T08:00:00.000Z',
      },
    ]);
    expect(recent.of('ann@x')).toEqual([]);
  });

  it('gives a queue id that came again to its last message alone', () => {
    const recent = new RecentSubmissions();
    recent.add(sent('ann@x.example', 'A1'));
    recent.add(sent('ann@x.example', 'A1', { at: '2026-06-02T08:00:00.000Z' }));
    expect(recent.of('ann@x.example').map(({ at }) => at)).toEqual(['2026-06-02T08:00:00.000Z']);
    recent.add(sent('ben@x.example', 'A1'));
    expect(queueIds(recent, 'ann@x.example')).toEqual([]);
    expect(queueIds(recent, 'ben@x.example')).toEqual(['A1']);
    recent.add(sent('ann@x.example', 'A1', { mta: 'mx2' }));
    expect(queueIds(recent, 'ben@x.example')).toEqual(['A1']);
  });

  it('finds the newest message under a queue id of a host, whoever sent it', () => {
    const recent = new RecentSubmissions();
    const { account: _account, ...nobody } = sent('', 'A1', { id: 'first' });
    recent.add(nobody);
    expect(recent.find('mx1', 'A1')).toMatchObject({ id: 'first', account: '' });
    recent.add(sent('Ann@x.example', 'A1', { id: 'second' }));
    expect(recent.find('mx1', 'A1')).toMatchObject({ id: 'second', account: 'ann@x.example' });
    expect(recent.find('mx2', 'A1')).toBeUndefined();
    expect(recent.find('mx1', 'A')).toBeUndefined();
  });

  it('forgets the oldest over its number', () => {
    const recent = new RecentSubmissions();
    recent.add(sent('ann@x.example', 'first'));
    recent.add(sent('ann@x.example', 'second'));
    for (let i = 1; i < MAX_REMEMBERED; i += 1) recent.add(sent('ben@x.example', `B${i}`));
    expect(queueIds(recent, 'ann@x.example')).toEqual(['second']);
  });

  it('forgets the oldest over its bytes and never gives half of one', () => {
    const recent = new RecentSubmissions();
    const long = `${'x'.repeat(300)}@x.example`;
    const entries = Math.ceil((RING_BYTES / 340) * 2.5);
    for (let i = 0; i < entries; i += 1) recent.add(sent(i % 2 ? 'ann@x.example' : long, `Q${i}`));
    const own = recent.of('ann@x.example');
    expect(own.length).toBeGreaterThan(1000);
    expect(own[0]?.queueId).toMatch(/^Q\d+$/);
    expect(new Set(own.map(({ envelopeSender }) => envelopeSender))).toEqual(
      new Set(['ann@x.example']),
    );
  });

  it('leaves out what is absurdly long and what has no queue id or no login', () => {
    const recent = new RecentSubmissions();
    recent.add(sent('ann@x.example', 'A1', { envelopeSender: 'y'.repeat(5000) }));
    recent.add(sent('ann@x.example', ''));
    const { account: _account, ...nobody } = sent('ann@x.example', 'A2');
    recent.add(nobody);
    expect(recent.of('ann@x.example')).toEqual([]);
  });
});
