/** Events as a smaller installation would have them: without the message, or only what a log tells. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { readObjects } from '../../src/store/journal-files/read-lines.ts';

export const INPUTS = ['full', 'policy', 'log'] as const;
export type Inputs = (typeof INPUTS)[number];

export const INPUTS_TEXT: Readonly<Record<Inputs, string>> = {
  full: 'Milter and logins: all that the simulation tells.',
  policy: 'Policy door and logins: no message, so no content, style, client or thread.',
  log: 'Only the mail log: envelope, address, login and outcome; nothing of HELO, TLS, message or received mail.',
};

type Row = Readonly<Record<string, unknown>>;

/** The event as these inputs have it; `undefined` when they do not. */
export function reduceEvent(event: Row, inputs: Inputs): Row | undefined {
  if (inputs === 'full') return event;
  if (event['kind'] === 'submission') {
    const { message: _message, ...rest } = event;
    if (inputs === 'policy') return rest;
    const { heloName: _helo, tls: _tls, clientName: _name, ...logged } = rest;
    return logged;
  }
  if (inputs === 'policy') return event;
  if (event['kind'] === 'received' || event['kind'] === 'change') return undefined;
  if (event['kind'] !== 'login') return event;
  const { deviceId: _device, agent: _agent, passwordHash: _hash, tls: _tls, ...logged } = event;
  return logged;
}

export async function writeReduced(from: string, to: string, inputs: Inputs): Promise<void> {
  const out = createWriteStream(to);
  for await (const line of readObjects(from)) {
    if (!line.ok) throw new Error(`Line ${line.number} of ${from}: ${line.reason}`);
    const event = reduceEvent(line.value, inputs);
    if (event !== undefined && !out.write(`${JSON.stringify(event)}\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

/** @param text such as `full,policy` */
export function inputsNamed(text: string): readonly Inputs[] {
  return text.split(',').map((name) => {
    const found = INPUTS.find((one) => one === name);
    if (found === undefined)
      throw new Error(`There are no inputs ${name}: name ${INPUTS.join(', ')}.`);
    return found;
  });
}
