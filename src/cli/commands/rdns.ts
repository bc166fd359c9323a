/** `primum rdns NAME [ADDRESS]`: what a reverse name says of its line (INB-2, OWN-3, SND-15). */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
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
    'but the machine stays. With - it reads lines of a name and its address from standard input. It ' +
    'asks nobody: no DNS, no daemon.',
  arguments: [{ name: 'NAME' }, { name: 'ADDRESS', isOptional: true }],
  async run(context) {
    if (context.argument(0) === '-') return judgeLines(context);
    context.show(await judged(context, context.argument(0), context.argument(1)), lineOf);
    return 0;
  },
};

async function judgeLines(context: Context): Promise<number> {
  const { io, flag } = context;
  const input = Readable.from(io.stdin?.() ?? process.stdin);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let waiting: string[] = [];
  for await (const line of lines) {
    const [name = '', address = ''] = line.trim().split(/\s+/, 2);
    if (name === '') continue;
    const answer = await judged(context, name, address);
    waiting.push(flag('json') ? `${JSON.stringify(answer)}\n` : lineOf(answer));
    if (waiting.length < LINES_AT_ONCE) continue;
    io.out(waiting.join(''));
    waiting = [];
  }
  io.out(waiting.join(''));
  return 0;
}

async function judged({ wiring }: Context, name: string, address: string) {
  const shown = oneLine(name.slice(0, MAX_SHOWN));
  return {
    name: shown,
    ...(await wiring.judgeName(name, address === '' ? undefined : address)),
  };
}

function lineOf(answer: Awaited<ReturnType<typeof judged>>): string {
  return `${answer.kind} ${answer.name}: ${answer.reason}\n`;
}
