/** The licences of the libraries whose code is in the built program, as they ask to be passed on. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const HEAD =
  'The files of Primum beside this one hold code of the packages below, under these licences.\n';

/** @param modules Files of the program. @throws Error for a package that names no licence. */
export function thirdPartyLicences(modules: readonly string[]): string {
  const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== undefined));
  const texts = [...folders].map(describe).sort();
  return [HEAD, ...texts].join(`\n${'-'.repeat(80)}\n\n`);
}

/** `/x/node_modules/@scope/name` of a file in it; `undefined` for our own. */
function packageFolder(file: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function describe(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license } = manifest;
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (license === undefined && texts.length === 0) {
    throw new Error(`The package ${name} names no licence; its code cannot be passed on.`);
  }
  const title = `${name} ${version}${license === undefined ? '' : ` (${license})`}`;
  return `${[title, ...texts].join('\n\n')}\n`;
}
