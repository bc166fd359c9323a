/** CON-5: what the trace token of a message on hold tells, with the word of the journal where it has one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SubmissionEvent } from '../core/event.ts';
import type { Inspector } from '../core/report.ts';
import type { Verdict } from '../core/verdict.ts';
import { openTrace } from '../trace/open-trace.ts';
import { holdWorld } from './holds.ts';
import { RecentSubmissions } from './recent-submissions.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-found-'));
afterAll(() => rmSync(folder, { recursive: true }));

const AT = '2026-03-01T10:00:00Z';
const ANN = 'ann@example.org';
const trace = openTrace({
  ...{ keysFile: join(folder, 'trace-keys'), submitter: 'off' },
  ...{ now: () => Date.parse(AT), warn: () => undefined },
});
const verdict = { account: ANN, context: '5f1c00000000', reference: '8F2K9A1B' } as Verdict;
const headers = trace.headers
  .headersOf({ account: ANN, at: AT } as SubmissionEvent, verdict)
  .map(({ name, value }) => `${name}: ${value}\n`)
  .join('');

function read(text: string, decision?: Partial<Verdict>) {
  const explain = () =>
    Promise.resolve(decision && { verdict: { ...verdict, enforced: true, ...decision } });
  const world = holdWorld({
    isOwnDomain: () => true,
    inspector: () => ({ explain }) as unknown as Inspector,
    recent: new RecentSubmissions(),
    trace: () => trace,
  });
  return world.readTrace?.(text);
}

test.each([
  ['held', { verdict: 'hold' }, false],
  ['passed', { verdict: 'pass' }, true],
  ['held in observe mode only', { verdict: 'hold', enforced: false }, true],
  ['is of another account', { verdict: 'pass', account: 'ben@example.org' }, false],
  ['lost', undefined, false],
] as const)('a token whose decision the journal says is %s', async (_, decision, isPassed) => {
  expect(await read(`Subject: x\n${headers}`, decision)).toEqual({
    ...{ account: ANN, credential: 'main', context: '5f1c00000000', at: AT },
    ...{ reference: '8F2K9A1B', isPassed },
  });
});

test.each([
  ['no token', 'Subject: x\n'],
  [
    'a forged token',
    headers.replace(/([a-z0-9])\n$/, (_, c: string) => (c === 'a' ? 'b\n' : 'a\n')),
  ],
])('%s tells nothing', async (_, text) => {
  expect(await read(text)).toBeUndefined();
});
