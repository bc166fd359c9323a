/** `primum replay`: what the words that judge otherwise become. */
import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const { cli } = commandLine();

describe('primum replay', () => {
  it('takes other thresholds and families to leave out, for measuring', async () => {
    const { asked } = await cli(
      'replay e.ndjson --out v.ndjson --hold 7 --lock 12.5 --without content,recipients',
    );
    expect(asked).toMatchObject([
      { judging: { hold: 7, lock: 12.5, without: ['content', 'recipients'] } },
    ]);
  });

  it('judges as configured unless told otherwise', async () => {
    const { asked } = await cli('replay e.ndjson --out v.ndjson');
    expect(asked).toEqual([
      { eventsFiles: ['e.ndjson'], outFile: 'v.ndjson', configFile: undefined },
    ]);
  });

  it('says its summary as one JSON object with --json', async () => {
    const { asked } = await cli('replay e.ndjson --out v.ndjson --json');
    expect(asked).toMatchObject([{ outFile: 'v.ndjson', json: true }]);
  });

  // prettier-ignore
  const mistakes = [
    ['--hold x',            '--hold is a number up to 50, not "x".'],
    ['--hold 0',            '--hold is a number up to 50, not "0".'],
    ['--lock 51',           '--lock is a number up to 50, not "51".'],
    ['--hold 9 --lock 8',   '--hold 9 is above --lock 8. Exchange them.'],
    ['--without weather',   'There is no evidence "weather". Name some of context, recipients'],
    ['--without content,',  'There is no evidence "". Name some of context, recipients'],
  ] as const;

  it.each(mistakes)('refuses %s', async (words, message) => {
    const { code, err, asked } = await cli(`replay e.ndjson --out v.ndjson ${words}`);
    expect(err).toContain(message);
    expect([code, asked]).toEqual([2, []]);
  });
});
