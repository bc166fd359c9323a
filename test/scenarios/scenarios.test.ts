/** Every scenario file: what the ladder does over days, to thieves and to ordinary people. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Expectation, Whole } from './forms.ts';
import { parseScenario, type Scenario, type Step } from './scenario.ts';
import { Story, type Chapter, type Outcome } from './story.ts';

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith('.scenario'));

const show = ({ atMs, result, verdict }: Outcome): string =>
  `${new Date(atMs).toISOString()} ${result} ${verdict.verdict} ${verdict.rung} ${verdict.reasons
    .map(({ text }) => text)
    .join(' | ')}`;

/** Undefined when the expectation holds, else what was seen instead. */
function unmet(what: Expectation, chapter: Chapter, step: Step): string | undefined {
  const { outcomes } = chapter;
  const last = outcomes.slice(-5).map(show).join('\n');
  switch (what.kind) {
    case 'count': {
      const found = outcomes.filter(({ result }) => result === what.result).length;
      const least = what.all ? Math.max(1, outcomes.length) : what.atLeast;
      if (found >= least && found <= what.atMost) return undefined;
      const odd = outcomes.filter(({ result }) => (result === what.result) !== what.all);
      const others = odd.slice(0, 3).map(show).join('\n');
      return `${found} of ${outcomes.length} are ${what.result}.\n${others}`;
    }
    case 'rung': {
      const reached = what.withinMs === undefined ? outcomes.slice(-1) : outcomes;
      const first = reached.find(({ verdict }) => verdict.rung === what.rung);
      if (first === undefined) return `never on rung ${what.rung}.\n${last}`;
      if (what.withinMs !== undefined && first.atMs - step.atMs > what.withinMs) {
        return `on rung ${what.rung} only after ${(first.atMs - step.atMs) / 1000} s.`;
      }
      const texts = first.verdict.reasons.map(({ text }) => text).join(' | ');
      return texts.includes(what.reason) ? undefined : `the reasons are: ${texts}`;
    }
    case 'locked':
      return chapter.isLocked === what.locked ? undefined : `locked is ${chapter.isLocked}.`;
    case 'alert': {
      const raised = [...chapter.alerts];
      const isMet =
        what.practice === undefined ? raised.length === 0 : raised.includes(what.practice);
      return isMet ? undefined : `the alerts are: ${raised.join(', ') || 'none'}.`;
    }
    default: {
      const never: never = what;
      return never;
    }
  }
}

async function unmetInAll(what: Whole, story: Story): Promise<string | undefined> {
  if (what.kind === 'stopped') {
    const stopped = [...story.stopped].sort();
    const expected = [...what.only].sort();
    if (stopped.join() === expected.join()) return undefined;
    return `stopped were: ${stopped.join(', ') || 'nobody'}.`;
  }
  const relays = await story.platform.inspector.relays();
  const row = relays.find(({ identity }) => identity === `domain:${what.domain}`);
  return row?.messages === what.messages ? undefined : `the list is ${JSON.stringify(relays)}.`;
}

async function failuresOf(scenario: Scenario): Promise<string[]> {
  const story = new Story(scenario);
  await story.play();
  const failures: string[] = [];
  scenario.steps.forEach((step, i) => {
    const chapter = story.chapters[i];
    if (chapter === undefined) return;
    for (const { line, text, what } of step.expectations) {
      const found = unmet(what, chapter, step);
      if (found !== undefined) failures.push(`line ${line}, "${text}": ${found}`);
    }
  });
  for (const { line, text, what } of scenario.whole) {
    const found = await unmetInAll(what, story);
    if (found !== undefined) failures.push(`line ${line}, "${text}": ${found}`);
  }
  return failures;
}

describe('scenarios', () => {
  it.each(files)('%s', async (file) => {
    const scenario = parseScenario(readFileSync(join(folder, file), 'utf8'));
    const failures = await failuresOf(scenario);
    expect(failures, `${file}, seed ${scenario.seed}, ${scenario.practices.join(' ')}`).toEqual([]);
  });

  it('are at least twelve', () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
  });
});

describe('the scenario language', () => {
  const good = ['practice ACC-8', 'seed 1', 'account ann@example.org', 'place home is DE'];

  it.each([
    ['day 1 09:00 ann@example.org dances', 'Line 5, "day 1 09:00 ann@example.org dances"'],
    ['expect all pass', 'there is no action above'],
    ['usual ann@example.org 3 messages', 'this line has no form'],
    ['practice LOOKS-GOOD', 'LOOKS-GOOD is no practice'],
  ])('refuses "%s" and names the line', (line, message) => {
    expect(() => parseScenario([...good, line].join('\n'))).toThrow(message);
  });

  it('refuses a story that goes back in time, and one without a seed', () => {
    const send = 'ann@example.org sends 1 message from home';
    const story = [...good, `day 2 09:00 ${send}`, `day 1 09:00 ${send}`].join('\n');
    expect(() => parseScenario(story)).toThrow('time goes back');
    expect(() => parseScenario('practice ACC-8')).toThrow('seed N');
  });

  it('says what was seen when an expectation does not hold', async () => {
    const send = 'day 2 09:00 ann@example.org sends 2 messages from home';
    const story = [...good, send, 'expect all hold', 'and only ann@example.org is stopped'];
    expect(await failuresOf(parseScenario(story.join('\n')))).toEqual([
      expect.stringContaining('line 6, "expect all hold": 0 of 2 are hold.'),
      expect.stringContaining('stopped were: nobody'),
    ]);
  });

  it('plays the same story the same way', async () => {
    const text = [...good, 'usual ann@example.org: 9 messages a day for 3 days from home'];
    const twice = [1, 2].map(async () => {
      const story = new Story(parseScenario(text.join('\n')));
      await story.play();
      return story.platform.lines;
    });
    const lines = await Promise.all(twice);
    expect(lines[0]?.length).toBeGreaterThan(27);
    expect(lines[0]).toEqual(lines[1]);
  });
});
