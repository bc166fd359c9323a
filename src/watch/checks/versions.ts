/** OWN-6: versions of the guarded programs on this machine against what the distribution offers. */
import { execFile } from 'node:child_process';
import type { Check } from '../contract.ts';
import { bad, fine, none, sumUp, unclear, type Note } from './observe.ts';

const PACKAGES = [
  ...['postfix', 'exim4-daemon-light', 'exim4-daemon-heavy', 'dovecot-core', 'rspamd'],
  ...['clamav-daemon', 'opendkim', 'unbound', 'openssl'],
];
const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

export const versions: Check = {
  id: 'versions',
  practices: ['OWN-6'],
  targets: ({ hosts }) => (hosts.length === 0 ? [] : ['this machine']),
  async run() {
    const text = await output('apt-cache', ['policy', ...PACKAGES]);
    if (text === undefined)
      return [sumUp('OWN-6', [unclear('This machine has no apt, so versions were not compared.')])];
    return [sumUp('OWN-6', readPolicy(text))];
  },
};

/** Reads `apt-cache policy`: the installed version and the one that would be installed. */
export function readPolicy(text: string): readonly Note[] {
  const notes: Note[] = [];
  for (const part of text.split(/^(?=\S+:$)/m)) {
    const name = /^(\S+):$/m.exec(part)?.[1];
    const installed = /^ {2}Installed: (\S+)$/m.exec(part)?.[1];
    const candidate = /^ {2}Candidate: (\S+)$/m.exec(part)?.[1];
    if (name === undefined || installed === undefined || installed === '(none)') continue;
    if (candidate === installed || candidate === undefined)
      notes.push(fine(`${name} ${installed} is the newest that the distribution offers.`));
    else
      notes.push(
        bad(
          `${name} is ${installed}; the distribution offers ${candidate}.`,
          'Install the update: apt-get install --only-upgrade, and restart the service.',
        ),
      );
  }
  return notes.length > 0
    ? notes
    : [none('None of the guarded programs is a package of this machine.')];
}

function output(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, LC_ALL: 'C' } },
      (error, stdout) => resolve(error === null ? stdout : undefined),
    );
  });
}
