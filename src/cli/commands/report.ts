/** `primum report INCIDENT|REFERENCE`: abuse reported to the network it came from. */
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AbuseReportView } from '../../client/client.ts';
import { PrimumError, wordsOf } from '../../errors.ts';
import type { Command } from '../command.ts';

const FORMS = ['arf', 'xarf'] as const;

/** As the API takes them. */
const MAIL = /^[^\s<>,;"]+@[^\s<>,;"]+$/;
const ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;

export const report: Command = {
  name: 'report',
  summary: 'Write a report of abuse for the network it came from, as ARF or XARF.',
  details:
    'INCIDENT is the id of an incident, or the reference of one of its decisions. ARF (RFC 5965) is a mail ' +
    'about messages; XARF (version 4) is JSON, and a mail with it when --to is given. The report is about ' +
    'one client address, names no recipient, and has the header of a held message where there is one. ' +
    'Nothing is sent.',
  arguments: [{ name: 'INCIDENT|REFERENCE' }],
  options: {
    form: { type: 'string', value: 'arf|xarf', help: 'The form of the report.', isRequired: true },
    source: {
      type: 'string',
      value: 'ADDRESS',
      help: 'The client address it is about; else the one with most decisions.',
    },
    to: { type: 'string', value: 'MAIL', help: 'Whom it goes to, such as abuse@isp.example.' },
    out: { type: 'string', value: 'FILE', help: 'A new file to write it to; else it is printed.' },
  },
  asksDaemon: true,
  async run({ argument, option, io, client, show }) {
    const form = FORMS.find((name) => name === option('form'));
    if (form === undefined) throw new PrimumError('USAGE', '--form is arf or xarf.');
    const [source, to, out] = [option('source'), option('to'), option('out')];
    if (to !== undefined && !MAIL.test(to)) {
      throw new PrimumError('USAGE', '--to is not a mail address. Write it as abuse@isp.example.');
    }
    if (source !== undefined && !ADDRESS.test(source)) {
      throw new PrimumError('USAGE', '--source is not an address. Write it as 192.0.2.7.');
    }
    const made = await (
      await client()
    ).report(argument(0), {
      form,
      ...(source !== undefined && { source }),
      ...(to !== undefined && { to }),
    });
    if (out === undefined) show(made, ({ text }) => text);
    else {
      await writeNew(out, made.text);
      show({ ...made, file: out }, () => `The report on ${made.source} is in ${out}.\n`);
    }
    if (made.remark !== undefined) io.err(`${made.remark}\n`);
    if (made.otherSources.length > 0) io.err(others(made));
    return 0;
  },
};

/** @throws PrimumError OUTPUT_UNUSABLE */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new PrimumError(
      'OUTPUT_UNUSABLE',
      `${file} cannot be written: ${causeOf(file, error)}. Name a new file with --out.`,
      { cause: error },
    );
  }
}

/** A file that does not exist is no fault of itself: its folder is missing. */
function causeOf(file: string, error: unknown): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return isMissing ? `there is no folder ${dirname(file)}` : wordsOf(error);
}

function others({ otherSources }: AbuseReportView): string {
  const names = otherSources.map(({ clientAddress }) => clientAddress).join(', ');
  return `The incident has other sources: ${names}. Name one with --source for a report on it.\n`;
}
