import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChurnMap } from './churn-map.ts';

type Step = readonly ['set' | 'delete', string, number];

// Few keys, so that they meet; with lengths that make their hashes differ in every bit.
const key = fc.constantFrom(
  ...Array.from({ length: 150 }, (_, i) => 'k'.repeat(i % 9) + String(i)),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.constantFrom('set' as const, 'delete' as const), key, fc.integer()),
  { maxLength: 600 },
);

describe('a map whose entries come and go', () => {
  it('has what a Map has after any steps', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const ours = new ChurnMap<number>();
        const map = new Map<string, number>();
        for (const [what, name, value] of taken) {
          if (what === 'set') {
            ours.set(name, value);
            map.set(name, value);
          } else expect(ours.delete(name)).toBe(map.delete(name));
          expect(ours.size).toBe(map.size);
        }
        for (const [name, value] of map) expect(ours.get(name)).toBe(value);
        const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
        expect(sorted(ours.values())).toEqual(sorted(map.values()));
      }),
    );
  });

  it('finds nothing under names that objects have', () => {
    const ours = new ChurnMap<number>();
    expect(ours.get('__proto__')).toBeUndefined();
    expect(ours.get('')).toBeUndefined();
    ours.set('__proto__', 1);
    expect(ours.get('__proto__')).toBe(1);
  });

  it('stays as large as it was at its fullest, however many have gone through', () => {
    const ours = new ChurnMap<number>();
    for (let i = 0; i < 100_000; i += 1) {
      ours.set(`message ${i}`, i);
      if (i >= 10) ours.delete(`message ${i - 10}`);
    }
    expect(ours.size).toBe(10);
    expect([...ours.values()].sort()).toEqual(Array.from({ length: 10 }, (_, i) => 99_990 + i));
  });
});
