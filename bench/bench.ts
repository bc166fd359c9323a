/**
 * `npm run bench`: measures everything and writes docs/reference/benchmarks.md. With names of
 * sections it measures those and only prints; `--quick` is a smoke run that writes nothing;
 * `--source` measures the sources instead of the built program.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authPolicyRows } from './auth-policy.ts';
import { coreRows } from './core.ts';
import { deskLoadRows } from './desk-load.ts';
import { deskRows } from './desk.ts';
import { readFlags } from './flags.ts';
import { mailLogRows } from './mail-log.ts';
import { lmtpRows } from './lmtp.ts';
import { messageRows } from './message.ts';
import { milterRows } from './milter.ts';
import { policyRows } from './policy.ts';
import { replayRows } from './replay.ts';
import { formatPart, withPart, type Section } from './report.ts';
import { standingRows } from './standing-rows.ts';
import { startRows } from './start-rows.ts';
import { watchRows } from './watch.ts';

const SECTIONS: Readonly<Record<string, Section>> = {
  policy: policyRows,
  milter: milterRows,
  'auth-policy': authPolicyRows,
  lmtp: lmtpRows,
  standing: standingRows,
  start: startRows,
  core: coreRows,
  message: messageRows,
  replay: replayRows,
  'mail-log': mailLogRows,
  desk: deskRows,
  'desk-load': deskLoadRows,
  watch: watchRows,
};

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/reference/benchmarks.md');

function build(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'tools/build.ts')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The program could not be built; mend the errors above.');
}

/** At once, so that a run that is broken off loses nothing. */
function write(name: string, text: string): void {
  const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  writeFileSync(PAGE, withPart(before, { name, text }, Object.keys(SECTIONS)));
}

async function main(args: readonly string[]): Promise<number> {
  const { values, names: named } = readFlags(args, {
    line: `node bench/bench.ts [PART...] [--write] [--quick] [--source]\n\nParts: ${Object.keys(SECTIONS).join(' ')}. Without one all are measured and written down.`,
    flags: {
      write: { type: 'boolean', text: 'write the parts named into the page' },
      quick: { type: 'boolean', text: 'a smoke run that writes nothing' },
      source: { type: 'boolean', text: 'measure the sources instead of the built program' },
    },
    takesNames: true,
  });
  const unknown = named.filter((name) => !Object.hasOwn(SECTIONS, name));
  if (unknown.length > 0) {
    console.error(
      `There is no part ${unknown.join(', ')}. Name ${Object.keys(SECTIONS).join(' ')}.`,
    );
    return 2;
  }
  const isQuick = values.quick === true;
  const program = values.source === true ? 'src' : 'dist';
  if (program === 'dist') build();
  const say = (text: string): void => console.error(`  ${text}`);
  const isWritten = !isQuick && (named.length === 0 || values.write === true);
  for (const name of named.length > 0 ? named : Object.keys(SECTIONS)) {
    say(name);
    const rows = (await SECTIONS[name]?.({ isQuick, program, say })) ?? [];
    if (rows.length === 0) continue;
    const text = formatPart(rows, program, new Date());
    console.log(`## ${name}\n\n${text}\n`);
    if (isWritten) write(name, text);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
