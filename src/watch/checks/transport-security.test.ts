/** OWN-8: a policy of MTA-STS that senders would not take is not called sound. */
import { describe, expect, it } from 'vitest';
import type { DnsAnswer } from '../dns.ts';
import type { Page } from '../fetch-page.ts';
import { pageNotes, transportSecurity } from './transport-security.ts';
import type { Tools } from '../contract.ts';

const MX: DnsAnswer = { kind: 'found', records: ['10 mx.house.test'] };

function toolsWith(answers: Readonly<Record<string, DnsAnswer>>): Tools {
  const ask = (name: string, type: string) =>
    Promise.resolve(answers[`${type} ${name}`] ?? { kind: 'none' });
  return { dns: { ask } } as unknown as Tools;
}

async function read(text: string, type = 'text/plain', mx = MX) {
  const page: Page = { kind: 'page', status: 200, text, type };
  const notes = await pageNotes('house.test', page, toolsWith({ 'MX house.test': mx }));
  return { state: notes[0]?.state, text: notes.map((note) => note.text).join(' ') };
}

const VERSION = 'version: STSv1';
const REST = 'mode: enforce\nmx: mx.house.test';
const AGE = 'max_age: 604800';

describe('a policy of MTA-STS', () => {
  it.each([
    [`${VERSION}\n${REST}\n${AGE}\n`, 'pass', 'is sound (enforce)'],
    [`${VERSION}\r\n${REST}\r\nmx: *.else.test\r\n${AGE}`, 'pass', 'is sound (enforce)'],
    [`${VERSION}\nmode: enforce\nmx: *.house.test\nx-more: words\n${AGE}`, 'pass', 'is sound'],
    [`${VERSION}\nmode: enforce\nmx: MX.House.test\n${AGE}`, 'pass', 'is sound'],
    [`${VERSION}\nmode: testing\nmx: mx.house.test\n${AGE}`, 'warn', 'is sound (testing)'],
    [`${VERSION}\nmode: none\n${AGE}`, 'warn', 'is sound (none)'],
    [`${VERSION}\n${REST}`, 'fail', 'has no max_age'],
    [`${VERSION}\n${REST}\nmax_age: a week`, 'fail', 'has no max_age'],
    [`${VERSION}\n${REST}\nmax_age: 31557601`, 'fail', 'at most 31557600'],
    [`${VERSION}\n${REST}\nmax_age: 31557600`, 'pass', 'is sound'],
    [`${VERSION}\n${REST}\nmax_age: 0`, 'warn', 'is forgotten after 0 seconds'],
    [`${VERSION}\n${REST}\nmax_age: 0\n${AGE}`, 'warn', 'is forgotten after 0 seconds'],
    [`${REST}\n${AGE}`, 'fail', 'does not say version: STSv1'],
    [`version: stsv1\n${REST}\n${AGE}`, 'fail', 'does not say version: STSv1'],
    [`${VERSION}\nmode: Enforce\nmx: mx.house.test\n${AGE}`, 'fail', 'has no mode that there is'],
    [`${VERSION}\nmode: enforce\n${AGE}`, 'fail', 'names no mx'],
    [`<html>\n${VERSION}\n${REST}\n${AGE}\n</html>`, 'fail', 'has the line "<html>"'],
    [`${VERSION}\nmode: enforce\nmx: old.house.test\n${AGE}`, 'fail', 'its MX mx.house.test'],
  ])('%j: %s', async (text, state, evidence) => {
    const found = await read(text);
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });

  it('is plain text', async () => {
    const found = await read(`${VERSION}\n${REST}\n${AGE}`, 'text/html');
    expect(found).toMatchObject({ state: 'fail' });
    expect(found.text).toContain('is served as text/html');
  });

  it('is unknown where nobody says what the MX are', async () => {
    const failed: DnsAnswer = { kind: 'failed', why: 'SERVFAIL' };
    const found = await read(`${VERSION}\n${REST}\n${AGE}`, 'text/plain', failed);
    expect(found.state).toBe('unknown');
    expect(found.text).toContain('names its MX: SERVFAIL');
  });
});

describe('records that senders pass over', () => {
  it.each([
    ['_mta-sts.house.test', 'v=stsv1; id=1'],
    ['_mta-sts.house.test', 'id=1; v=STSv1', 'not-applicable'],
    ['_smtp._tls.house.test', 'v=tlsrptv1; rua=mailto:a@house.test'],
    ['_smtp._tls.house.test', 'v = TLSRPTv1; rua=mailto:a@house.test'],
    ['_smtp._tls.house.test', 'v=TLSRPTv1; rua=mailto:a@house.test', 'pass'],
  ])('%s with "%s"', async (name, record, state = 'fail') => {
    const answers = { [`TXT ${name}`]: { kind: 'found', records: [record] } } as const;
    const [found] = await transportSecurity.run('house.test', toolsWith(answers));
    expect(found?.state, found?.evidence.join(' ')).toBe(state);
    if (state === 'fail') expect(found?.evidence.join(' ')).toContain('which senders pass over');
  });
});
