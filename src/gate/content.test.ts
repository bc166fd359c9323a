/** What the gate keeps of messages: no text in the journal, bounded records, the same verdicts again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { derivedFrom } from '../../test/derived.ts';
import { createPlatform } from '../../test/platform.ts';
import type { SubmissionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';
import { loadAttachmentKinds, MAX_KINDS_BYTES, readAttachmentKinds } from './attachment-kinds.ts';
import { settledForm } from './settled.ts';

const FOOTER =
  'This message is confidential and only meant for the person it is addressed to; if that is not you, ' +
  'tell us and delete it, for any use of it is forbidden.';
const OFFER =
  'We offer you a private loan at three percent without any check of your income or your debts, paid ' +
  'to your bank within two days if you write to our officer.';
const people = Array.from({ length: 6 }, (_, i) => `p${i}@works.test`);
const ownText = (i: number) => Array.from({ length: 10 }, (_, n) => `word${i}x${n}`).join(' ');

/** Letters with a footer, then a campaign above the same footer. */
function story(): SubmissionEvent[] {
  const p = createPlatform();
  const say = (account: string, text: string): SubmissionEvent => {
    p.wait(600_000);
    return p.submission(account, {
      envelopeRecipients: [`stranger${text.length}@elsewhere.test`],
      message: {
        headerFrom: account,
        text,
        derived: { ...derivedFrom([text, FOOTER], { urlHosts: ['x.test'] }), later: 'kept' },
      },
    });
  };
  return [
    ...people.map((name, i) => say(name, ownText(i))),
    ...people.map((name) => say(name, OFFER)),
  ];
}

function judge(events: readonly SubmissionEvent[]) {
  const p = createPlatform();
  const verdicts = events.map((event) => {
    p.goTo(event.at);
    return p.gate.judge(event) as Verdict;
  });
  return { p, verdicts };
}

describe('what is kept of a message', () => {
  it('CON-3: a footer is told apart, so that only what was written is compared', () => {
    const { verdicts } = judge(story());
    expect(verdicts.map(({ verdict }) => verdict).join(' ')).toBe(
      'pass pass pass pass pass pass pass pass pass hold hold hold',
    );
  });

  it('CON-3: few words that many write are small talk, until some send them again and again', () => {
    const p = createPlatform();
    const talk = (account: string, n: number): string => {
      p.wait(600_000);
      const line =
        'Sorry for the late answer to what you asked me about the other day, all of us were away and ' +
        `busy, it has been ${n} days of meetings and not much else, talk soon.`;
      const derived = derivedFrom([line]);
      const envelopeRecipients = [`stranger${n}@elsewhere.test`];
      const message = { headerFrom: account, text: line, derived };
      return p.submit(account, { envelopeRecipients, message }).verdict;
    };
    expect(people.map((name, i) => talk(name, 20 + i))).toEqual(people.map(() => 'pass'));
    const again = people.map((name, i) => talk(name, 40 + i));
    expect(again.slice(0, 3)).toEqual(['pass', 'pass', 'pass']);
    expect(again.slice(3)).toEqual(['hold', 'hold', 'hold']);
  });

  it('CON-2: what one thief linked to is as new as ever when his next victim sends it', () => {
    const linkFrom = (thiefAt: string): readonly string[] => {
      const p = createPlatform({ rules: { mode: 'observe' } });
      const link = (account: string, host: string, clientAddress = '192.0.2.1') => {
        p.wait(600_000);
        const derived = derivedFrom([ownText(host.length)], { urlHosts: [host], urlCount: 1 });
        const envelopeRecipients = [`friend@${account.slice(3)}`];
        const message = { headerFrom: account, text: 'x', derived };
        return p.submit(account, { clientAddress, envelopeRecipients, message });
      };
      const [ann, bob] = ['ann@one.test', 'bob@two.test'];
      for (let i = 0; i < 25; i += 1) for (const who of [ann, bob]) link(who, who.slice(4));
      for (let i = 0; i < 2; i += 1) link(ann, 'lure.test', thiefAt);
      return link(bob, 'lure.test', '10.5.0.9').reasons.map(({ signal }) => signal);
    };
    expect(linkFrom('10.4.0.9')).toContain('new-url-host');
    expect(linkFrom('192.0.2.1')).not.toContain('new-url-host');
  });

  it('is a fingerprint, not its paragraphs; unknown fields stay', () => {
    const { p } = judge(story());
    const kept = p.lines.filter((line) => line.kind === 'submission').at(-1);
    expect(kept?.message?.derived).toMatchObject({
      later: 'kept',
      fingerprint: expect.stringMatching(/^[\w-]{171}$/) as string,
      fingerprintWords: OFFER.split(' ').length,
    });
    expect(JSON.stringify(kept)).not.toContain('minima');
  });

  it('gives the same verdicts again from the journal', () => {
    const first = judge(story());
    const journal = first.p.lines.filter((line) => line.kind === 'submission');
    const again = journal.map(
      (line) => JSON.parse(JSON.stringify(line)) as (typeof journal)[number],
    );
    expect(judge(again).verdicts).toEqual(first.verdicts);
    expect(judge(story()).verdicts).toEqual(first.verdicts);
  });

  it('is stripped of paragraphs even when nobody could judge it', () => {
    const [event] = story();
    const derived = settledForm(event as SubmissionEvent, 5) as SubmissionEvent;
    expect(derived.message?.derived).not.toHaveProperty('blocks');
    const odd = { ...(event as SubmissionEvent), message: { derived: { blocks: 'odd' } } };
    expect((settledForm(odd, 5) as SubmissionEvent).message).toEqual({ derived: {} });
  });

  it.each([
    ['short', 'my password is hunter22', {}],
    ['with a password in it', OFFER, { ownPassword: true as const }],
  ])('is no fingerprint of a text that is %s, for it could be guessed (CON-8)', (_, text, more) => {
    const p = createPlatform();
    const message = { derived: derivedFrom([text], more) };
    const event = p.submission('p1@works.test', { message });
    for (const kept of [settledForm(event, 8), (judge([event]), settledForm(event, 8))]) {
      expect((kept as SubmissionEvent).message?.derived).toMatchObject(more);
      expect(JSON.stringify(kept)).not.toMatch(/fingerprint|blocks/);
    }
  });

  it('is asked about without being kept', () => {
    const events = story();
    const { p } = judge(events.slice(0, 6));
    const before = p.standing.stats();
    for (const event of events.slice(6)) {
      expect((p.gate.check(event) as Verdict).verdict).toBe('pass');
    }
    expect(p.standing.stats()).toEqual(before);
  });

  it('stays bounded in records for a text', async () => {
    const { p } = judge(story());
    const count = async (prefix: string) => (await Array.fromAsync(p.standing.scan(prefix))).length;
    expect(await count('m:b:')).toBe(1);
    expect(await count('m:a:')).toBe(people.length);
    expect(await count('m:c:')).toBeLessThanOrEqual(12);
    expect(await count('m:n:')).toBeLessThanOrEqual(12 * 8);
    expect((await Array.fromAsync(p.standing.scan('m:'))).map(([key]) => key).join()).not.toContain(
      'works.test',
    );
  });

  it('without AUTH, refused mail leaves nothing of itself', async () => {
    const p = createPlatform();
    const [event] = story();
    const { account: _account, ...rest } = event as SubmissionEvent;
    expect((p.gate.judge(rest) as Verdict).verdict).toBe('reject');
    // Only the bounded list of who was refused (ACC-1).
    const keys = (await Array.fromAsync(p.standing.scan(''))).map(([key]) => key);
    expect(keys.filter((key) => !key.startsWith('q:'))).toEqual([]);
  });
});

describe('the list of attachment types (CON-2)', () => {
  it('has every kind that is told by name', () => {
    const kinds = loadAttachmentKinds();
    expect(kinds.get('exe')).toBe('executable');
    expect(kinds.get('lnk')).toBe('shortcut');
    expect(kinds.get('pdf')).toBeUndefined();
    expect(new Set(kinds.values()).size).toBe(6);
  });

  it.each([
    ['{}', '"kinds" is missing'],
    ['{"kinds":[{"kind":"evil","extensions":[]}]}', 'a known "kind"'],
    ['{"kinds":[{"kind":"script","extensions":["JS"]}]}', 'lower-case'],
    ['{"kinds":[{"kind":"script","extensions":["js","js"]}]}', 'js stands twice'],
    [' '.repeat(MAX_KINDS_BYTES + 1), `more than ${MAX_KINDS_BYTES} bytes`],
  ])('that is broken is an error naming the file (%#)', (text, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'primum-kinds-'));
    try {
      const file = join(folder, 'kinds.json');
      writeFileSync(file, text);
      expect(() => readAttachmentKinds(file)).toThrow(why);
      expect(() => readAttachmentKinds(file)).toThrow(file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
