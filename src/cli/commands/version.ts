/** `primum version`. */
import type { Command } from '../command.ts';

export const version: Command = {
  name: 'version',
  summary: 'Print the version.',
  run({ wiring, show }) {
    const versions = { primum: wiring.version, node: process.version };
    show(versions, ({ primum, node }) => `primum ${primum} on Node.js ${node}\n`);
    return Promise.resolve(0);
  },
};
