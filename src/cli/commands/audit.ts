/** `primum audit`: every practice with its state, the evidence, and what to do. */
import { writeFile } from 'node:fs/promises';
import { PrimumError } from '../../errors.ts';
import type { AuditReport, Running } from '../../practices/contract.ts';
import type { Command, Context } from '../command.ts';
import { harmless } from '../text.ts';

const EXIT_FAIL = 1;
/** For cron: something is not as it should be, and nothing fails. */
const EXIT_WARN = 3;
/** The scorecard is shown, and its page could not be written. */
const EXIT_NO_PAGE = 4;
const STANDARD_OUTPUT = '-';

export const audit: Command = {
  name: 'audit',
  summary: 'Check your own house and show every practice with its state and evidence.',
  details:
    'Looks at hosts, addresses and domains of the `watch` section, with or without a daemon; a running one tells what was decided. Where there are none ' +
    'it proposes them from postconf, the tables and services it names, and DNS. Every probe ends before DATA, but for `watch.smuggling`, ' +
    'which is off by default. Nothing outside your own networks is connected to. Exit code 0: nothing fails; 3: there are warnings; 1: something fails; 4: the page of --html could not be written. ' +
    'What could not be found out is "unknown" and never a failure. A silence (`watch.silences`) stops alerts only: what fails under it fails here too, and gives exit code 1.',
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
  },
  asksDaemon: true,
  async run({ wiring, io, flag, option, show, client }) {
    const only = option('only');
    const domain = option('domain');
    const htmlFile = option('html');
    if (htmlFile === STANDARD_OUTPUT && flag('json'))
      throw new PrimumError(
        'USAGE',
        '--json and --html - both want standard output. Name a file for the page.',
      );
    const running = askDaemon(client);
    // An audit that ends by a mistake of the call waits for nobody.
    running.catch(() => undefined);
    const audited = await wiring.audit({
      ...{ configFile: option('config'), running },
      ...(only === undefined ? {} : { only }),
      ...(domain === undefined ? {} : { domain }),
    });
    let isWritten = true;
    if (htmlFile === STANDARD_OUTPUT) io.out(audited.html());
    else {
      if (htmlFile !== undefined) isWritten = await write(htmlFile, audited.html(), io);
      const isKnown = (await running) !== undefined;
      show(audited.report, () =>
        isKnown ? audited.text : `${audited.text}${unknownText(audited)}`,
      );
    }
    if (!isWritten) return EXIT_NO_PAGE;
    const { fail, warn } = audited.report.counts;
    return fail > 0 ? EXIT_FAIL : warn > 0 ? EXIT_WARN : 0;
  },
};

/** It counts what was decided, and knows what was switched since it read its file. */
async function askDaemon(client: Context['client']): Promise<Running | undefined> {
  try {
    return (await (await client()).practices()).practices;
  } catch (error) {
    if (error instanceof PrimumError) return undefined;
    throw error;
  }
}

/** That nothing is shown is not that nothing was decided. */
function unknownText({ report }: { readonly report: AuditReport }): string {
  const isThere = report.practices.some(({ state }) => state === 'in force' || state === 'watched');
  return isThere
    ? '\nWhat was decided in the last day and week is not known: no daemon answers here.\n'
    : '';
}

/** What was found out is shown all the same, so this is told and not thrown. */
async function write(file: string, page: string, io: Context['io']): Promise<boolean> {
  try {
    await writeFile(file, page);
    return true;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    io.err(
      `The page ${harmless(file)} cannot be written${why}. Look at its folder and the disk.\n`,
    );
    return false;
  }
}
