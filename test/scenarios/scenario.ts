/**
 * Scenario files: a platform over days, readable by a postmaster. One statement a line, `#` begins a
 * remark; a line that fits no form is an error that names it. D counts from day 1, a Monday; times
 * are UTC; a duration is `30s`, `2m`, `3h`, `4d`; a WHO is an account, named by its login.
 *
 *   practice ACC-8 SND-5                        what the scenario proves; needed
 *   seed 7                                      of all chance; needed
 *   policy KEY: YAML                            under `policy:` of the configuration
 *   outcomes KEY: YAML                          under `outcomes:` of the configuration
 *   place NAME is CC [CLASS]                    a network in a country (`mobile`, `relay`, `hosting` …)
 *   text NAME: PARAGRAPH | PARAGRAPH            what a message says; `{n}` counts its uses
 *   account WHO [class CLASS] [zone ZONE]       the directory's word on an account
 *   N accounts WHO# [class CLASS]               WHO1 to WHON
 *   usual WHO: N messages [to N] a day|working day for N days from PLACE
 *   day D HH:MM ACTION                          actions in the order of time
 *     WHO sends N messages [to N [new]] [in DURATION] from PLACE [as ADDRESS] [SAYING]
 *     N recipients of WHO do not exist            the latest of those let go; the others take it
 *     N recipients of WHO complain                of those delivered last
 *     each WHO# sends one message from PLACE [SAYING]
 *     somebody sends N messages from PLACE as ADDRESS                          (without AUTH)
 *     WHO logs in [N times in DURATION] from PLACE|N networks [in N countries] with PASSWORD
 *     each WHO# logs in from PLACE, N mistype first
 *     somebody guesses N passwords of WHO in DURATION from PLACE|PLACE's network|N networks
 *     WHO changes the password to PASSWORD
 *     postmaster locks|unlocks|releases WHO
 *     mode observe|enforce
 *   expect WHAT                                 of the action above
 *     all RESULT | none RESULT | at most N RESULT | at least N RESULT
 *     rung RUNG [within DURATION] [, reason "TEXT"]
 *     locked | not locked | alert ACC-8 | no alert
 *   and WHAT                                    of the whole story
 *     nobody is stopped | only WHO, WHO are stopped | WHO relays N messages without AUTH
 *
 * SAYING is `saying NAME+NAME [as an answer] [inside]`: the texts one after the other, as an answer
 * or forwarded, to people of the own tenant. Without it only the envelope is seen.
 * RESULT is `pass`, `defer`, `hold`, `reject` as really answered, or `wrong` for a wrong password.
 * Everybody's password is `secret` at first. Who sends logs in first, with the own password.
 */
import { ACTIONS, EXPECTATIONS, HEAD, WHOLE } from './forms.ts';
import type { Action, Expectation, Head, Whole } from './forms.ts';

export interface Step {
  readonly line: number;
  readonly text: string;
  readonly atMs: number;
  readonly action: Action;
  readonly expectations: readonly {
    readonly line: number;
    readonly text: string;
    readonly what: Expectation;
  }[];
}

export interface Scenario {
  readonly practices: readonly string[];
  readonly seed: number;
  readonly heads: readonly Head[];
  readonly steps: readonly Step[];
  readonly whole: readonly { readonly line: number; readonly text: string; readonly what: Whole }[];
}

/** Day 1: a Monday. */
export const DAY_ONE_MS = Date.parse('2026-03-02T00:00:00.000Z');
export const DAY_MS = 86_400_000;

export class ScenarioError extends Error {}

/** One form of a line, and what it means. */
export type Form<T> = readonly [pattern: RegExp, make: (words: readonly string[]) => T];

interface Reading {
  practices: readonly string[];
  seed: number | undefined;
  readonly heads: Head[];
  readonly steps: (Omit<Step, 'expectations'> & { expectations: Step['expectations'][number][] })[];
  readonly whole: Scenario['whole'][number][];
}

/** @throws ScenarioError that names the line */
export function parseScenario(text: string): Scenario {
  const reading: Reading = { practices: [], seed: undefined, heads: [], steps: [], whole: [] };
  text.split('\n').forEach((raw, index) => {
    const line = raw
      .replace(/(^|\s)#(\s.*)?$/, '')
      .trim()
      .replaceAll(/\s+/g, ' ');
    if (line === '') return;
    try {
      readLine(reading, line, index + 1);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ScenarioError(`Line ${index + 1}, "${line}": ${why}`, { cause: error });
    }
  });
  const { practices, seed, ...rest } = reading;
  if (practices.length === 0) throw new ScenarioError('The line "practice …" is missing.');
  if (seed === undefined) throw new ScenarioError('The line "seed N" is missing.');
  return { practices, seed, ...rest };
}

function readLine(reading: Reading, line: string, number: number): void {
  const { steps, whole, heads } = reading;
  const at = { line: number, text: line };
  if (line.startsWith('practice ')) {
    reading.practices = line.slice('practice '.length).split(' ');
    const odd = reading.practices.find((id) => !/^(ACC|SND|CON|FBK)-\d+$/.test(id));
    if (odd !== undefined) throw new ScenarioError(`${odd} is no practice.`);
  } else if (/^seed \d+$/.test(line)) {
    reading.seed = Number(line.slice('seed '.length));
  } else if (line.startsWith('day ')) {
    const [, day, hour, minute, rest] = /^day (\d+) (\d\d):(\d\d) (.+)$/.exec(line) ?? [];
    if (rest === undefined) throw new ScenarioError('write: day 3 09:00 and what happens.');
    const minutes = Number(hour) * 60 + Number(minute);
    const atMs = DAY_ONE_MS + (Number(day) - 1) * DAY_MS + minutes * 60_000;
    if (atMs < (steps.at(-1)?.atMs ?? DAY_ONE_MS)) throw new ScenarioError('time goes back here.');
    steps.push({ ...at, atMs, action: read(ACTIONS, rest), expectations: [] });
  } else if (line.startsWith('expect ')) {
    const step = steps.at(-1);
    if (step === undefined) throw new ScenarioError('there is no action above.');
    step.expectations.push({ ...at, what: read(EXPECTATIONS, line.slice('expect '.length)) });
  } else if (line.startsWith('and ')) {
    whole.push({ ...at, what: read(WHOLE, line.slice('and '.length)) });
  } else {
    heads.push(read(HEAD, line));
  }
}

function read<T>(forms: readonly Form<T>[], text: string): T {
  for (const [pattern, make] of forms) {
    const found = pattern.exec(text);
    if (found !== null) return make(found.slice(1).map((word: string | undefined) => word ?? ''));
  }
  throw new ScenarioError('this line has no form that is known; see scenario.ts.');
}
