/** `primum inspect FILE...`: what a returned mail is and says (FBK-1, FBK-2), one JSON line each. */
import { createReadStream } from 'node:fs';
import { compileNetworkRules } from '../../core/network-rule.ts';
import { UNKNOWN_NETWORK } from '../../core/network.ts';
import type { Config } from '../../config/load.ts';
import { wordsOf } from '../../errors.ts';
import type { Returned, ReturnedReader } from '../../returned/contract.ts';
import { CONFIG_OPTION } from '../command.ts';
import type { Command, Context } from '../command.ts';
import { harmless } from '../text.ts';

/** Some file could not be read; the others were. */
const EXIT_UNREADABLE = 1;

export const inspect: Command = {
  name: 'inspect',
  summary: 'Tell what returned mail is: bounce, complaint, abuse report, automatic answer, letter.',
  details:
    'Prints one JSON object a line for each message, - reads standard input. `recipients` have status, ' +
    'reply code, class and whether they are gone for good; `derived` lists what was inferred and not ' +
    'stated. Nothing in the message is verified, fetched or sent. A file is one message of any size.',
  arguments: [{ name: 'FILE', isRepeated: true }],
  options: { ...CONFIG_OPTION },
  async run({ allArguments, io, config, option }) {
    const { createReturnedReader } = await import('../../returned/read-returned.ts');
    const { openReplyClassifier } = await import('../../returned/reply-knowledge.ts');
    const { inspectLine } = await import('../../returned/inspect-line.ts');
    const settings = option('config') === undefined ? {} : readerOptions(await config());
    const reader = createReturnedReader(openReplyClassifier(), settings);
    let isComplete = true;
    for (const file of allArguments) {
      const returned = await readFileInto(reader, file, io);
      if (returned === undefined) isComplete = false;
      else io.out(harmless(`${JSON.stringify(inspectLine(file, returned))}\n`));
    }
    return isComplete ? 0 : EXIT_UNREADABLE;
  },
};

/** The name of our trace header and our own networks. */
function readerOptions({ trace, network }: Config) {
  const rules = compileNetworkRules(network.own_networks);
  if (!rules.ok) return { traceHeader: trace.header };
  const isOwn = (address: string) => rules.value({ ...UNKNOWN_NETWORK, address });
  return { traceHeader: trace.header, isOwn };
}

async function readFileInto(
  reader: ReturnedReader,
  file: string,
  io: Context['io'],
): Promise<Returned | undefined> {
  const reading = reader.begin();
  const input = file === '-' ? (io.stdin?.() ?? process.stdin) : createReadStream(file);
  try {
    for await (const chunk of input) reading.feed(Buffer.from(chunk as Uint8Array));
  } catch (error) {
    const name = file === '-' ? 'Standard input' : file;
    io.err(harmless(`${name} cannot be read: ${wordsOf(error)}. Name a file with one message.\n`));
    return undefined;
  }
  return reading.end();
}
