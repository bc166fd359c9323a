/** The walls of the house (ARCHITECTURE.md): who may import whom, for every file in src/. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cycleProblems,
  importProblems,
  purityProblems,
  sizeProblems,
} from './architecture/rules.ts';
import { parseSource, readSources } from './architecture/source.ts';

const sources = readSources(join(import.meta.dirname, '../src'));

function problemsOf(path: string, text: string): string[] {
  return importProblems(parseSource(path, text));
}

describe('the source', () => {
  it('is read at all', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(50);
  });

  it('imports only what the table allows', () => {
    expect(sources.flatMap(importProblems)).toEqual([]);
  });

  it('keeps clock, randomness and side effects out of the pure parts', () => {
    expect(sources.flatMap(purityProblems)).toEqual([]);
  });

  it('has no circles', () => {
    expect(cycleProblems(sources)).toEqual([]);
  });

  it('has no file that is too long', () => {
    expect(sources.flatMap(sizeProblems)).toEqual([]);
  });
});

describe('the rules', () => {
  // prettier-ignore
  const cases = [
    // file                          what it says                                      allowed
    ['core/decide.ts',               `import { fold } from './profile/fold.ts';`,      true],
    ['core/decide.ts',               `import { readFile } from 'node:fs';`,            false],
    ['core/decide.ts',               `import ipaddr from 'ipaddr.js';`,                false],
    ['core/decide.ts',               `import type { G } from '../gate-contract.ts';`,   false],
    ['core/decide.ts',               `export * from '../protocol/arf.ts';`,            false],
    ['core/decide.ts',               `type A = import('../store/standing.ts').A;`,     false],
    ['core/decide.ts',               `await import('../desk/contract.ts');`,           false],
    ['core/decide.ts',               `await import(name);`,                            false],
    ['protocol/arf.ts',              `import type { E } from '../core/event.ts';`,     false],
    ['gate/gate.ts',                 `import { X } from '../store/standing.ts';`,      true],
    ['gate/gate.ts',                 `import { X } from '../store/sqlite/open.ts';`,   false],
    ['gate/gate.ts',                 `import { X } from '../effects/mail.ts';`,        false],
    ['doors/policy/door.ts',         `import { X } from './session.ts';`,              true],
    ['doors/policy/door.ts',         `import { X } from '../listen.ts';`,              true],
    ['doors/policy/door.ts',         `import { X } from '../milter/door.ts';`,         false],
    ['doors/policy/door.ts',         `import { X } from '../../gate-contract.ts';`,    true],
    ['doors/policy/door.ts',         `import { X } from '../../gate/gate.ts';`,        false],
    ['doors/policy/door.ts',         `import { X } from '../../desk/contract.ts';`,    false],
    ['doors/api/server.ts',          `import { X } from '../../desk/contract.ts';`,    true],
    ['doors/api/server.ts',          `import { X } from '../../desk/locks.ts';`,       false],
    ['doors/api/server.ts',          `import { X } from '../../store/standing.ts';`,   false],
    ['doors/listen.ts',              `import { X } from './policy/door.ts';`,          false],
    ['store/sqlite/standing.ts',     `import { X } from '../standing.ts';`,            true],
    ['store/sqlite/standing.ts',     `import { X } from '../memory/standing.ts';`,     false],
    ['store/standing.ts',            `import { X } from './sqlite/standing.ts';`,      false],
    ['desk/locks.ts',                `import { X } from '../store/sqlite/open.ts';`,   false],
    ['desk/locks.ts',                `import { createTransport } from 'nodemailer';`,  false],
    ['cli/lock.ts',                  `import { X } from '../store/sqlite/open.ts';`,   false],
    ['network/source.ts',            `import { X } from '../directory/contract.ts';`,  false],
    ['network/source.ts',            `import { X } from '../core/network.ts';`,        true],
    ['network/source.ts',            `import { X } from '../core/network';`,           false],
    ['config/load.ts',               `import x from '../../package.json';`,            false],
    ['services/user.ts',             `export const x = 1;`,                            false],
    ['cli/lock.ts',                  `import { X } from '../daemon/options.ts';`,      false],
    ['daemon/run.ts',                `import { X } from '../desk/open.ts';`,           true],
    ['main.ts',                      `import { X } from './store/sqlite/open.ts';`,    true],
  ] as const;

  it.each(cases)('src/%s with «%s» is allowed: %s', (path, text, allowed) => {
    expect(problemsOf(path, text).length === 0).toBe(allowed);
  });

  it('say in words what is broken, where and why', () => {
    const text = `\nimport { standing } from '../../store/sqlite/standing.ts';`;
    expect(problemsOf('doors/policy/door.ts', text)).toEqual([
      'src/doors/policy/door.ts:2 imports src/store/sqlite/standing.ts, but doors/policy/ may ' +
        'import only core/, protocol/, errors.ts, gate-contract.ts, telemetry/contract.ts, ' +
        'doors/listen.ts, doors/listen-address.ts, doors/open-transactions.ts, ' +
        'doors/stranger.ts: a door turns its protocol into events and ' +
        'verdicts into replies; it never sees a store.',
    ]);
  });

  it('see a clock in the core, and no clock where only a member is called so', () => {
    const clock = parseSource('core/decide.ts', 'export const now = () => Date.now();');
    const member = parseSource('core/decide.ts', 'export const f = (x: P) => x.process;');
    expect(purityProblems(clock)).toHaveLength(1);
    expect(purityProblems(member)).toEqual([]);
  });

  it('see a circle through type imports', () => {
    const files = [
      parseSource('core/a.ts', `import type { B } from './b.ts';`),
      parseSource('core/b.ts', `export { C } from './c.ts';`),
      parseSource('core/c.ts', `import { A } from './a.ts';`),
    ];
    expect(cycleProblems(files)).toEqual([
      'src/core/a.ts -> src/core/b.ts -> src/core/c.ts -> src/core/a.ts is a circle; move what ' +
        'both need into a file of its own.',
    ]);
  });

  it('count lines up to the limit', () => {
    expect(sizeProblems(parseSource('core/a.ts', '\n'.repeat(400)))).toEqual([]);
    expect(sizeProblems(parseSource('core/a.ts', '\n'.repeat(401)))).toHaveLength(1);
  });
});
