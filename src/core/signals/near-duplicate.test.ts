/** One letter of a program, and others who come to write much the same (decision 0041). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';
import type { Looked } from '../rules/content.ts';
import { nearDuplicate } from './near-duplicate.ts';

const ANN = 'ann@example.org';
const DAY = 86_400_000;
const TEXT = 'good morning sorry for the late answer it has been a long time best regards';

/** Ann's new form sends one short letter for so many days; then two other customers send the same. */
function signalsAfter(days: number): readonly string[] {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let n = 0;
  const write = (account: string, text: string, clientAddress = '192.0.2.7', to = (n += 1)) =>
    p.submit(account, {
      clientAddress,
      envelopeRecipients: [`customer${to}@example.net`],
      message: { headerFrom: account, text, derived: derivedFrom([text], {}) },
    });
  for (let i = 0; i < 30; i += 1) {
    write(ANN, Array.from({ length: 30 }, (_, k) => `w${n}x${k}`).join(' '));
    p.wait(DAY / 2);
  }
  for (let i = 0; i < 4 * days; i += 1) {
    // Half of them to customers who are known.
    write(ANN, TEXT, '10.5.0.1', i % 2 === 0 ? (i % 30) + 1 : (n += 1));
    p.wait(DAY / 4);
  }
  for (const account of ['bob@one.example', 'eve@two.example']) {
    for (let i = 0; i < 3; i += 1) write(account, TEXT);
  }
  return write(ANN, TEXT, '10.5.0.1').reasons.map(({ signal }) => signal);
}

it('count as a campaign with it while the form is new', () => {
  expect(signalsAfter(3)).toContain('near-duplicate');
});

it('are no campaign with a form that was there for weeks', () => {
  expect(signalsAfter(15)).not.toContain('near-duplicate');
});

it('say little of a letter that leads nowhere: applications are made from few templates, and a campaign wants something', () => {
  const weight = (more: { readonly newHosts?: readonly object[]; readonly replyTo?: string }) => {
    const { newHosts = [], replyTo } = more;
    const content = {
      derived: {},
      newHosts,
      isNew: true,
      cluster: { accounts: 3, tenants: 3, authors: 3 },
    };
    const message = { headerFrom: ANN, ...(replyTo !== undefined && { replyTo }) };
    const subject = { event: { envelopeSender: ANN, message }, content };
    return nearDuplicate({ content, subject } as unknown as Looked)?.weight;
  };
  expect(weight({})).toBe(1);
  expect(weight({ newHosts: [{ host: 'lure.example' }] })).toBe(5);
  expect(weight({ replyTo: 'ann@freemail.test' })).toBe(5);
  expect(weight({ replyTo: ANN })).toBe(1);
});
