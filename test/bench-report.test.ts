/** The page of benchmarks is written part by part. */
import { describe, expect, it } from 'vitest';
import { formatPart, withPart, type Row } from '../bench/report.ts';

const row = (what: string): Row => ({
  ...{ what, ours: '2/s', peer: '1/s', ratio: '2.00 x', goal: '1 x', means: 'One | two.' },
});
const NAMES = ['policy', 'milter', 'core'];
const AT = new Date('2026-03-02T09:00:00Z');
const part = (what: string): string => formatPart([row(what)], 'dist', AT);

describe('the page of benchmarks', () => {
  it('has the parts in their order, whichever was measured first', () => {
    let page = withPart('', { name: 'core', text: part('of the core') }, NAMES);
    page = withPart(page, { name: 'policy', text: part('of the door') }, NAMES);
    expect(page.match(/^## .*$/gm)).toEqual(['## policy', '## core']);
    expect(page).toMatch(/^# Benchmarks\n/);
    expect(page.indexOf('of the door')).toBeLessThan(page.indexOf('of the core'));
  });

  it('has a part once, as it was measured last, and says when', () => {
    let page = withPart('', { name: 'core', text: part('before') }, NAMES);
    page = withPart(page, { name: 'policy', text: part('of the door') }, NAMES);
    page = withPart(page, { name: 'core', text: part('now') }, NAMES);
    expect(page.match(/^## core$/gm)).toHaveLength(1);
    expect(page).not.toContain('before');
    expect(page).toContain('| now | 2/s | 1/s | 2.00 x | 1 x | One \\| two. |');
    expect(page.match(/^Measured on 2026-03-02 with Node /gm)).toHaveLength(2);
  });

  it('leaves out what is measured no more, and the table of one that had no parts', () => {
    const old = '# Benchmarks\n\nMeasured on 2025-01-01.\n\n| What |\n\n## gone\n\nolder\n';
    const page = withPart(old, { name: 'core', text: part('now') }, NAMES);
    expect(page).not.toMatch(/gone|older|2025/);
  });
});
