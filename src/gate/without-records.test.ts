/** What is in a message needs no records: it is stopped while a store or the directory is away. */
import { describe, expect, it } from 'vitest';
import { createPlatform, policyWith } from '../../test/platform.ts';
import type { DerivedMessage } from '../core/message/derived.ts';
import type { ContentRules } from '../core/policy.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Stance } from './stance.ts';

const ANN = 'ann@example.org';
const PASS: Stance = { onFailure: 'pass', timeoutMs: 20 };
const DEFER: Stance = { onFailure: 'defer', timeoutMs: 20 };
const never = new Promise<never>(() => undefined);
const shipped = policyWith({}).content;

const broken = (): never => {
  throw new Error('disk');
};
const rejecting = (): Promise<never> => Promise.reject(new Error('away'));
const hanging = (): Promise<never> => never;

const VIRUS = { scans: [{ scanner: 'clamd', result: 'infected', name: 'Eicar-Test' }] } as const;
const UNSCANNED = { scans: [{ scanner: 'clamd', result: 'unknown', name: 'time-out' }] } as const;
const CLEAN = { scans: [{ scanner: 'clamd', result: 'clean' }] } as const;
const PROGRAM = {
  attachments: [{ extension: 'exe', declaredType: '', trueType: '', sizeBytes: 9, sha256: '' }],
};

interface Given {
  readonly rules?: Partial<ContentRules>;
  readonly stance?: Stance;
  readonly mode?: 'observe';
  readonly headerFrom?: string;
}

type Away = (given: Given) => ReturnType<typeof createPlatform>;

function platform({ rules, mode }: Given, find?: () => never | Promise<never>) {
  return createPlatform({
    policy: { content: { ...shipped, ...rules } },
    ...(mode && { rules: { mode } }),
    ...(find && { find }),
  });
}

const withoutStore =
  (fail: () => never | Promise<never>): Away =>
  (given) => {
    const p = platform(given);
    Object.assign(p.standing, { read: fail, update: fail });
    return p;
  };

const AWAY: readonly (readonly [string, Away])[] = [
  ['a standing store that throws', withoutStore(broken)],
  ['a standing store that rejects', withoutStore(rejecting)],
  ['a standing store that hangs', withoutStore(hanging)],
  ['a directory that rejects', (given) => platform(given, rejecting)],
  ['a directory that hangs', (given) => platform(given, hanging)],
];

describe.each(AWAY)('a message beside %s', (_name, open) => {
  async function judge(derived: Partial<DerivedMessage>, given: Given = {}): Promise<Verdict> {
    const p = open(given);
    const event = p.submission(ANN, {
      message: {
        headerFrom: given.headerFrom ?? ANN,
        derived: { version: 1, sizeBytes: 1_000, ...derived },
      },
    });
    const verdict = await p.room.forDoor('milter', given.stance ?? PASS).judge(event);
    expect(p.lines.find((line) => line.kind === 'verdict')).toEqual(verdict);
    return verdict;
  }

  // prettier-ignore
  const STOPPED: readonly (readonly [string, string, Partial<DerivedMessage>, Partial<ContentRules>, string, string])[] = [
    ['CON-1', 'a virus is refused with its name', VIRUS,     {},                                                           'reject', 'clamd found Eicar-Test'],
    ['CON-1', 'or held where the operator says', VIRUS,      { virus: { action: 'hold', unknown: 'pass' } },               'hold',   'clamd found Eicar-Test'],
    ['CON-1', 'what nobody scanned waits, too',  UNSCANNED,  { virus: { action: 'reject', unknown: 'defer' } },            'defer',  'gave no answer'],
    ['CON-2', 'a kind that is not let out',      PROGRAM,    { attachments: { action: 'hold', kinds: ['executable'] } },   'hold',   '.exe'],
    ['CON-8', 'the own password',                { ownPassword: true }, {},                                                'hold',   'own password'],
  ];

  it.each(STOPPED)('%s: %s', async (practice, _because, ...row) => {
    const [derived, rules, verdict, text] = row;
    const given = await judge(derived, { rules });
    expect(given).toMatchObject({ verdict, enforced: true });
    expect(given.reasons[0]).toMatchObject({ practice });
    expect(given.reasons[0]?.text).toContain(text);
  });

  it.each([
    ['clean', CLEAN],
    ['not scanned, where the operator lets it pass', UNSCANNED],
    ['evidence alone', PROGRAM],
    ['not looked at', {}],
  ])('gets the answer of the stance when it is %s', async (_because, derived) => {
    const stance = { signal: 'not-judged' };
    expect(await judge(derived)).toMatchObject({ verdict: 'pass', reasons: [stance] });
    expect(await judge(derived, { stance: DEFER })).toMatchObject({
      verdict: 'defer',
      enforced: true,
      reasons: [stance],
    });
  });

  it('CON-1: a virus is on record and not stopped in observe mode', async () => {
    expect(await judge(VIRUS, { mode: 'observe' })).toMatchObject({
      verdict: 'reject',
      enforced: false,
    });
  });
});

it('CON-1: whose sender address it is stays open while the directory is away', async () => {
  const p = platform({}, rejecting);
  const derived = { version: 1, sizeBytes: 1_000, ...VIRUS };
  const event = p.submission(ANN, {
    envelopeSender: 'sales@foreign.test',
    message: { headerFrom: 'Sales@Foreign.test', derived },
  });
  const verdict = await p.room.forDoor('milter', PASS).judge(event);
  expect(verdict.reasons.map(({ signal }) => signal)).toEqual(['virus']);
});
