/** `primum rdns NAME [ADDRESS]`: what a reverse name says of its line (INB-2, OWN-3, SND-15). */
import { isIP } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { PrimumError } from '../../errors.ts';
import type { NameVerdict } from '../../core/reverse-name/classify.ts';
import type { Command, Context } from '../command.ts';
import { oneLine } from '../text.ts';

/** Lines that are printed at once: a file of a million names is one of many answers. */
const LINES_AT_ONCE = 500;
/** A name has at most 255 characters and an address 45; what is longer is neither. */
const MAX_SHOWN = 300;

export const rdns: Command = {
  name: 'rdns',
  summary: 'Say whether a reverse name is that of a home connection.',
  details:
    'Prints "dynamic" (a home connection), "static" (a server or a fixed line) or "unknown", the name ' +
    'and the reason, one line each. Generic names of hosters are static: they are made of the address, ' +
    'but the machine stays. With - it reads lines of a name and its address from standard input: a ' +
    'line that is neither is said to be so, the others are judged, and the exit code is 1. Each line ' +
    'has one of its own, also an empty one. It asks nobody: no DNS, no daemon.',
  arguments: [{ name: 'NAME' }, { name: 'ADDRESS', isOptional: true }],
  async run(context) {
    if (context.argument(0) === '-') return judgeLines(context);
    const [name, address] = [context.argument(0), context.argument(1)];
    const wrong = wrongAddress(address);
    if (wrong !== undefined)
      throw new PrimumError('USAGE', `${wrong}. Write one such as 203.0.113.9, or leave it out.`);
    context.show(await judged(context, name, address), lineOf);
    return 0;
  },
};

async function judgeLines(context: Context): Promise<number> {
  const { io, flag } = context;
  const input = Readable.from(io.stdin?.() ?? process.stdin);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let waiting: string[] = [];
  let number = 0;
  const wrong: number[] = [];
  for await (const line of lines) {
    number += 1;
    const words = line.trim().split(/\s+/, 3);
    const answer = await judgedLine(context, words);
    if (answer.score === undefined && answer !== EMPTY) wrong.push(number);
    waiting.push(flag('json') ? `${JSON.stringify(answer)}\n` : lineOf(answer));
    if (waiting.length < LINES_AT_ONCE) continue;
    io.out(waiting.join(''));
    waiting = [];
  }
  io.out(waiting.join(''));
  if (wrong.length === 0) return 0;
  const first = `line ${wrong[0] ?? 0}`;
  const which =
    wrong.length === 1 ? `${first} was` : `${wrong.length} lines were, the first ${first},`;
  io.err(`Of standard input ${which} not judged: write a name, and its address or nothing.\n`);
  return 1;
}

interface Judged {
  readonly name: string;
  readonly kind: NameVerdict['kind'];
  readonly reason: string;
  /** Not there where nothing was judged. */
  readonly score?: number;
}

/** Lines in and out are as many. */
const EMPTY: Judged = { name: '', kind: 'unknown', reason: 'the line is empty' };

async function judgedLine(context: Context, words: readonly string[]): Promise<Judged> {
  const [name = '', address = '', more] = words;
  if (name === '') return EMPTY;
  const wrong =
    more === undefined ? wrongAddress(address) : 'more than a name and an address stands there';
  if (wrong === undefined) return judged(context, name, address);
  return { name: shown(name), kind: 'unknown', reason: `not judged, as ${wrong}` };
}

async function judged({ wiring }: Context, name: string, address: string): Promise<Judged> {
  const verdict = await wiring.judgeName(name, address === '' ? undefined : address);
  return { name: shown(name), ...verdict };
}

/** `undefined` for an address and for none at all. */
function wrongAddress(address: string): string | undefined {
  if (address === '' || isIP(address) !== 0) return undefined;
  return `"${shown(address)}" is no IPv4 or IPv6 address`;
}

const shown = (text: string): string => oneLine(text.slice(0, MAX_SHOWN));

function lineOf(answer: Judged): string {
  return `${answer.kind} ${answer.name || '-'}: ${answer.reason}\n`;
}
