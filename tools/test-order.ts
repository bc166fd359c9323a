/**
 * In which order test files run: what opens browsers and mail servers first, then the larger files
 * first. The last files are short then, and no worker is left with a long one while the others rest.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files take longest, the longest first; a small file there may take a minute. */
const LONGEST = ['test/browser/', 'test/peers/', 'test/spool/', 'test/detection'];

function rank({ moduleId, project }: TestSpecification): number {
  // Units keep their place, before the others: they share a process.
  if (project.name === 'units') return -1;
  const place = LONGEST.findIndex((folder) => moduleId.includes(`/${folder}`));
  return place === -1 ? LONGEST.length : place;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // What the base says, by size or by what was measured before, decides among equals.
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
