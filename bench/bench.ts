/**
 * `npm run bench`: measures everything and writes docs/reference/benchmarks.md. With names of
 * sections it measures those and only prints; `--quick` is a smoke run that writes nothing;
 * `--source` measures the sources instead of the built program.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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
import { formatDocument, formatTable, machineLine, type Row, type Section } from './report.ts';
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

function build(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'tools/build.ts')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The program could not be built; mend the errors above.');
}

async function main(args: readonly string[]): Promise<number> {
  const { values, names: named } = readFlags(args, {
    line: `node bench/bench.ts [PART...] [--quick] [--source]\n\nParts: ${Object.keys(SECTIONS).join(' ')}. Without one all are measured and written down.`,
    flags: {
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
  const rows: Row[] = [];
  const say = (text: string): void => console.error(`  ${text}`);
  for (const name of named.length > 0 ? named : Object.keys(SECTIONS)) {
    say(name);
    rows.push(...((await SECTIONS[name]?.({ isQuick, program, say })) ?? []));
  }
  console.log(`${machineLine(program, new Date())}\n\n${formatTable(rows)}`);
  if (named.length === 0 && !isQuick) {
    writeFileSync(
      join(ROOT, 'docs/reference/benchmarks.md'),
      formatDocument(rows, program, new Date()),
    );
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
