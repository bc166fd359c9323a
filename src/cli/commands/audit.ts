/** `primum audit`: every practice with its state, the evidence, and what to do. */
import { writeFile } from 'node:fs/promises';
import { PrimumError } from '../../errors.ts';
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

const EXIT_FAIL = 1;
/** For cron: something is not as it should be, and nothing fails. */
const EXIT_WARN = 3;
const STANDARD_OUTPUT = '-';

export const audit: Command = {
  name: 'audit',
  summary: 'Check your own house and show every practice with its state and evidence.',
  details:
    'Looks at hosts, addresses and domains of the `watch` section, without a daemon; where there are none ' +
    'it proposes them from postconf and DNS. Every probe ends before DATA, but for `watch.smuggling`, ' +
    'which is off by default. Nothing outside your own networks is connected to. Exit code 0: nothing fails; 3: there are warnings; 1: something fails. ' +
    'What could not be found out is "unknown" and never a failure.',
  options: {
    only: {
      type: 'string',
      value: 'ROWS',
      isList: true,
      help: 'Some rows only, such as OWN-1 or "OWN-*,FBK-4"; several add up.',
    },
    domain: { type: 'string', value: 'DOMAIN', help: 'This domain and hosts in it only.' },
    html: {
      type: 'string',
      value: 'FILE',
      help: 'Writes the scorecard as one HTML page, too; - prints it instead.',
    },
    ...CONFIG_OPTION,
  },
  async run({ wiring, io, flag, option, show }) {
    const only = option('only');
    const domain = option('domain');
    const htmlFile = option('html');
    if (htmlFile === STANDARD_OUTPUT && flag('json'))
      throw new PrimumError(
        'USAGE',
        '--json and --html - both want standard output. Name a file for the page.',
      );
    const audited = await wiring.audit({
      configFile: option('config'),
      ...(only === undefined ? {} : { only }),
      ...(domain === undefined ? {} : { domain }),
    });
    if (htmlFile === STANDARD_OUTPUT) io.out(audited.html());
    else {
      if (htmlFile !== undefined) await write(htmlFile, audited.html());
      show(audited.report, () => audited.text);
    }
    const { fail, warn } = audited.report.counts;
    return fail > 0 ? EXIT_FAIL : warn > 0 ? EXIT_WARN : 0;
  },
};

async function write(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (cause) {
    throw new PrimumError(
      'OUTPUT_UNUSABLE',
      `The page ${file} cannot be written. Look at its folder and the disk.`,
      { cause },
    );
  }
}
