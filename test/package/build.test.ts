/** The built program: when a checkout runs it, and what a build refuses. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STAMP, isBuiltFrom, stampOf } from '../../bin/built.js';
import { thirdPartyLicences } from '../../tools/build/licences.ts';
import { refuseLostPlace } from '../../tools/build/own-places.ts';

let folder: string;
let program: string;
let sources: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-build-'));
  [program, sources] = [join(folder, 'dist/program'), join(folder, 'src')];
  mkdirSync(program, { recursive: true });
  mkdirSync(join(sources, 'core'), { recursive: true });
  writeFileSync(join(sources, 'main.ts'), 'export {};\n');
  writeFileSync(join(sources, 'core/event.ts'), 'export {};\n');
  writeFileSync(join(program, STAMP), `${stampOf(sources)}\n`);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a checkout runs its built program', () => {
  it('while the sources are those it was built from', () => {
    expect(isBuiltFrom(program, sources)).toBe(true);
  });

  it('whatever happens to its tests', () => {
    writeFileSync(join(sources, 'core/event.test.ts'), 'export {};\n');
    expect(isBuiltFrom(program, sources)).toBe(true);
  });

  it.each([
    ['was changed', () => writeFileSync(join(sources, 'core/event.ts'), 'export const a = 1;\n')],
    ['was touched', () => utimesSync(join(sources, 'core/event.ts'), 4e9, 4e9)],
    ['is new', () => writeFileSync(join(sources, 'core/new.ts'), '')],
    ['is gone', () => rmSync(join(sources, 'core/event.ts'))],
  ])('no longer when a source %s', (_, change) => {
    change();
    expect(isBuiltFrom(program, sources)).toBe(false);
  });

  it('never when its build was cut short, or there is none', () => {
    rmSync(join(program, STAMP));
    expect(isBuiltFrom(program, sources)).toBe(false);
    expect(isBuiltFrom(join(folder, 'elsewhere'), sources)).toBe(false);
  });
});

describe('a build', () => {
  it('refuses code that would look for files where the built program has none', () => {
    const code = `new URL('../../../data/', import.meta.url)`;
    expect(() => refuseLostPlace('doors/api/page.ts', code)).toThrow(
      'src/doors/api/page.ts looks for a file above its own folder',
    );
    expect(() => refuseLostPlace('network/package-files.ts', code)).not.toThrow();
    expect(() =>
      refuseLostPlace('store/sqlite/writer.ts', `new URL('./x-worker.js', import.meta.url)`),
    ).not.toThrow();
  });

  it('passes on the licence of each package whose code it takes in, once', () => {
    const library = join(folder, 'node_modules/@scope/library');
    mkdirSync(library, { recursive: true });
    const manifest = { name: '@scope/library', version: '1.2.3', license: 'MIT' };
    writeFileSync(join(library, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(library, 'LICENSE.md'), 'Do what you like.\n');
    const files = ['index.js', 'lib/more.js'].map((file) => join(library, file));
    const text = thirdPartyLicences([join(sources, 'main.ts'), ...files]);
    expect(text.match(/@scope\/library 1\.2\.3 \(MIT\)\n\nDo what you like\.\n/g)).toHaveLength(1);
  });

  it('refuses the code of a package that names no licence', () => {
    const library = join(folder, 'node_modules/library');
    mkdirSync(library, { recursive: true });
    writeFileSync(join(library, 'package.json'), '{ "name": "library", "version": "1.0.0" }');
    expect(() => thirdPartyLicences([join(library, 'index.js')])).toThrow('names no licence');
  });
});
