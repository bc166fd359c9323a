/** FBK-1: every form of many mail systems with every reply of many servers is read alike. */
import { describe, expect, test } from 'vitest';
import { readMessage } from '../reading.ts';
import type { Form } from './form.ts';
import { FORMER_FORMS } from './forms-former.ts';
import { LARGE_FORMS } from './forms-large.ts';
import { OFFICE_FORMS } from './forms-office.ts';
import { UNIX_FORMS } from './forms-unix.ts';
import { REPLIES, type Meant } from './replies.ts';

const ADDRESSES = ['bob@example.net', 'carol.o-neil+news@sub.example.com'];

function refusedWith(meant: readonly Meant[]) {
  return meant.map((reply, index) => {
    const address = ADDRESSES[index] ?? '';
    return { address, reply: { ...reply, text: reply.text.replaceAll('{to}', address) } };
  });
}

/** What is wrong in the reading of one message; empty when nothing is. */
function faults(form: Form, meant: readonly Meant[]): readonly string[] {
  const read = readMessage(form.compose(refusedWith(meant)));
  const name = `${form.name}: ${meant.map((m) => `${m.code} ${m.status} ${m.text}`).join(' // ')}`;
  if (read.kind !== 'dsn') return [`${name}: is a ${read.kind}`];
  const got = read.recipients.map(({ recipient }) => recipient).join(' ');
  const wanted = ADDRESSES.slice(0, meant.length).join(' ');
  if (got !== wanted) return [`${name}: names ${got}`];
  return meant.flatMap((reply, index) => {
    const row = read.recipients[index];
    const hard = reply.hard === 'ifRcpt' ? form.saysStage : reply.hard;
    return [
      row?.hard === hard ? '' : `${name}: hard is ${String(row?.hard)}`,
      row?.class === reply.class || reply.class === 'other'
        ? ''
        : `${name}: class is ${row?.class ?? ''}, not ${reply.class}`,
      reply.status === '' || row?.status === reply.status
        ? ''
        : `${name}: status is ${row?.status ?? ''}`,
    ].filter((fault) => fault !== '');
  });
}

const FORMS = [...UNIX_FORMS, ...OFFICE_FORMS, ...LARGE_FORMS, ...FORMER_FORMS];
/** Some systems write one notice for each recipient. */
const COLLECTED = FORMS.filter(({ isSingle }) => isSingle !== true);

describe('FBK-1: a composed bounce', () => {
  test.each(FORMS)('of $name is read alike with every reply', (form) => {
    expect(REPLIES.flatMap((reply) => faults(form, [reply]))).toEqual([]);
  });

  test.each(COLLECTED)('of $name keeps two recipients and their replies apart', (form) => {
    const pairs = REPLIES.map((reply, i) => [
      reply,
      REPLIES[(i * 7 + 3) % REPLIES.length] ?? reply,
    ]);
    expect(pairs.flatMap((pair) => faults(form, pair))).toEqual([]);
  });
});
