/** Switches of groups: a mistyped name is refused with what is known, as far as anybody can know. */
import { expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { Switch } from '../core/switches.ts';
import { PolicyInForce, switchParts } from './switches.ts';

function house(listed: readonly string[] | undefined) {
  const held = new PolicyInForce(loadConfig(undefined, {}));
  const made: Switch[] = [];
  const desk = {
    list: () => made,
    set: ({ mode, ...turn }: { mode: Switch['mode'] | 'file' } & Omit<Switch, 'at' | 'mode'>) => {
      if (mode !== 'file') made.push({ ...turn, mode, at: '' });
      return Promise.resolve(true);
    },
  };
  const groups = () => (listed === undefined ? undefined : new Set(listed));
  const parts = switchParts(held, desk, { groups });
  const turn = (name: string, isUnseen = false) =>
    parts.set({ kind: 'group', name, mode: 'observe', by: 'olga', why: 'exams', isUnseen });
  return { made, turn };
}

it('a group of no account is refused with the groups there are, unless it is meant so', async () => {
  const { made, turn } = house(['students', 'staff']);
  expect(await turn('studnets')).toMatchObject({
    ok: false,
    reason: expect.stringMatching(
      /^No account of the directory is in a group studnets\. The groups are staff, students\. .*--unseen/,
    ) as string,
  });
  expect(made).toEqual([]);
  expect(await turn('students')).toMatchObject({ ok: true });
  expect(await turn('guests', true)).toMatchObject({ ok: true });
  // What was switched is known from then on, so that it can be taken back.
  expect(await turn('guests')).toMatchObject({ ok: true });
});

it('where nobody can list groups it says so, and takes one that is meant', async () => {
  const { turn } = house(undefined);
  expect(await turn('students')).toMatchObject({
    ok: false,
    reason: expect.stringContaining('the directory cannot list its groups') as string,
  });
  expect(await turn('students', true)).toMatchObject({ ok: true });
  expect(await turn('studnets')).toMatchObject({
    reason: expect.stringContaining('Known by name are students.') as string,
  });
});

it('names at most twenty of many', async () => {
  const { turn } = house(Array.from({ length: 30 }, (_, n) => `g${n}`));
  const refused = await turn('nobody');
  expect(refused.ok ? '' : refused.reason).toContain(' and 10 more. ');
});
