/** The pieces that the made platform is built of. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agenda } from './agenda.ts';
import { compose, dateText } from './compose.ts';
import { Contacts, noveltyShare } from './contacts.ts';
import { zoneMinutes } from './local-clock.ts';
import { webmailClient } from './clients.ts';
import { readRanges } from './networks.ts';
import { Rng } from './random.ts';
import { remoteReply } from './remote.ts';
import { readStreams } from './streams.ts';
import { loadTexts, MAX_TEXT_CHARS, sentencesOf, textsOf } from './text-folder.ts';
import { letter, makeStyle } from './texts.ts';

describe('chance', () => {
  it('is the same for the same name, and another for another', () => {
    const draws = (name: string): number[] => {
      const rng = new Rng(name);
      return Array.from({ length: 5 }, () => rng.next());
    };
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
    expect(new Rng('a').child('x').next()).not.toBe(new Rng('a').child('y').next());
  });

  it('has the means it is asked for', () => {
    const rng = new Rng('means');
    const mean = (draw: () => number): number => {
      let sum = 0;
      for (let index = 0; index < 20_000; index += 1) sum += draw();
      return sum / 20_000;
    };
    expect(mean(() => rng.next())).toBeCloseTo(0.5, 1);
    expect(mean(() => rng.poisson(3))).toBeCloseTo(3, 0);
    expect(mean(() => rng.poisson(90)) / 90).toBeCloseTo(1, 1);
    expect(mean(() => rng.exponential(2)) / 2).toBeCloseTo(1, 1);
    expect(mean(() => rng.about(10)) / 10).toBeCloseTo(1, 1);
  });
});

describe('the agenda', () => {
  it('gives what comes first, and of equal times what was put down first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const agenda = new Agenda();
        const done: [number, number][] = [];
        times.forEach((atMs, index) => {
          agenda.add(atMs, () => void done.push([atMs, index]));
        });
        for (let entry = agenda.take(); entry !== undefined; entry = agenda.take()) entry.run();
        const wanted = times.map((atMs, index): [number, number] => [atMs, index]);
        expect(done).toEqual(wanted.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });
});

describe('contacts', () => {
  it('are newer the less was sent', () => {
    const shares = [0, 3, 7, 31, 127, 5_000].map(noveltyShare);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares[0]).toBeCloseTo(0.78);
    expect(shares.at(-1)).toBeCloseTo(0.025);
  });

  it('come in runs and are different in one message', () => {
    let made = 0;
    const contacts = new Contacts(new Rng('contacts'), () => `c${(made += 1)}@x.example`);
    for (let index = 0; index < 300; index += 1) {
      const chosen = contacts.choose(4);
      expect(new Set(chosen).size).toBe(chosen.length);
    }
    expect(made).toBeLessThan(300);
  });
});

describe('a message', () => {
  const letter = {
    fromName: 'Zoë Keller',
    headerFrom: 'zoe@x.example',
    to: ['bob@y.example'],
    subject: 'Grüße',
    text: 'Hallo Bob,\n\nbis bald\nZoë',
  };
  const client = webmailClient(new Rng('client'));
  const clock = { atMs: Date.UTC(2025, 0, 6, 8), zoneMinutes: 60 };

  it('has the fields in the order of its program, and CRLF at every end of line', () => {
    const { raw, messageId } = compose(new Rng('m'), client, letter, clock);
    expect(raw.match(/^[\w-]+(?=:)/gm)?.slice(0, 3)).toEqual(['MIME-Version', 'Date', 'From']);
    expect(raw).toContain(`Message-ID: ${messageId}\r\n`);
    expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(raw.split('\r\n\r\n')[0]).toMatch(/^[\x20-\x7e\r\n]*$/);
  });

  it('has lines within the bound of RFC 5322 for many recipients', () => {
    const to = Array.from({ length: 300 }, (_, index) => `somebody.${index}@y.example`);
    const { raw } = compose(new Rng('m'), client, { ...letter, to }, clock);
    expect(Math.max(...raw.split('\r\n').map(({ length }) => length))).toBeLessThan(998);
  });

  it('has its date in local time', () => {
    expect(
      dateText(Date.UTC(2025, 6, 1, 22, 5, 9), zoneMinutes('Europe/Berlin', Date.UTC(2025, 6, 1))),
    ).toBe('Wed, 2 Jul 2025 00:05:09 +0200');
    expect(zoneMinutes('America/New_York', Date.UTC(2025, 0, 6))).toBe(-300);
  });
});

describe('answers of the world', () => {
  it('are those of the provider of the domain', () => {
    const answer = remoteReply(new Rng('r'), 'ann@gmail.com', 'unknown');
    expect(answer).toMatchObject({
      result: 'bounced',
      status: '5.1.1',
      remote: 'gmail-smtp-in.l.google.com',
    });
    expect(answer.reply).toContain('NoSuchUser');
    expect(remoteReply(new Rng('r'), 'ann@x.example', 'dead').result).toBe('deferred');
  });
});

describe('streams', () => {
  const lines = Array.from(
    { length: 60 },
    (_, index) => `${910_948_020 + index * 60},124,${index % 7},to`,
  );

  it('are those of senders who say enough, a message with all its recipients', () => {
    const csv = ['unix,from,to,kind', ...lines, '910948020,124,90,cc', '910948020,9,1,to'].join(
      '\n',
    );
    const streams = readStreams(csv);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.[0]).toEqual({ atMs: 910_948_020_000, recipients: ['0', '90'] });
  });

  it('pass over lines that do not fit, whatever they are', () => {
    fc.assert(fc.property(fc.string(), (text) => readStreams(text).length === 0));
    expect(readStreams(['x,y', ...lines, ',,,', '9e9,1,2,to'].join('\r\n'))).toHaveLength(1);
  });
});

describe('texts', () => {
  // prettier-ignore
  const cases = [
    ['a plain body',                'Subject: a\n\nHello.\n',                                          ['Hello.']],
    ['each message of an mbox',     'From a b\nSubject: a\n\nOne.\n\nFrom c d\nSubject: b\n\nTwo.\n',  ['One.', 'Two.']],
    ['nothing of HTML',             'Content-Type: text/html\n\n<p>Hello</p>',                         []],
    ['nothing of base64',           'Content-Transfer-Encoding: base64\n\nSGVsbG8=',                   []],
    ['nothing of no message',       'just words',                                                      []],
  ] as const;

  it.each(cases)('are %s', (_, content, texts) => {
    expect(textsOf(content)).toEqual(texts);
  });

  it('end at their bound', () => {
    expect(textsOf(`Subject: a\n\n${'x'.repeat(2 * MAX_TEXT_CHARS)}`)[0]).toHaveLength(
      MAX_TEXT_CHARS,
    );
  });

  it('are sentences of what the writer said, without what is answered and who signs', () => {
    const body = [
      'On Monday Bo wrote:\n> Shall we meet at noon?\n',
      'Noon is fine with me. I shall bring\nthe papers! Yes.',
      '=====\n-- \nAnn, Office of the registrar.',
    ];
    expect(sentencesOf(body.join('\n'))).toEqual([
      'Noon is fine with me.',
      'I shall bring the papers!',
    ]);
  });
});

describe('letters of real sentences', () => {
  it('are made of their words, and strangers do not write the same', () => {
    const good = Array.from({ length: 300 }, (_, i) =>
      Array.from({ length: 9 }, (_word, k) => `w${i}x${k}`).join(' '),
    );
    const lines = Array.from({ length: 500 }, (_, i) => {
      const rng = new Rng(`writer ${i}`);
      const style = { ...makeStyle(rng, 'en', 'Ann Lee'), greeting: '', closing: '', length: 1 };
      return letter(rng, { ...style, signature: [] }, { texts: { good, bad: [] } }).split('\n')[0];
    });
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines[0]).toMatch(/^(w\d+x[0-2] ?){3}(w\d+x[3-5] ?){3}(w\d+x[6-8] ?){3}/);
  });

  it('are taken once, however many messages of a folder have them below', () => {
    const folder = mkdtempSync(join(tmpdir(), 'primum-texts-'));
    const footer = 'You get this as a member of the list.';
    for (const [i, name] of ['a.eml', 'b.eml'].entries()) {
      writeFileSync(
        join(folder, name),
        `Subject: a\n\nLetter number ${i} is short.\n\n${footer}\n`,
      );
    }
    const { good } = loadTexts(folder);
    rmSync(folder, { recursive: true });
    expect(good.filter((sentence) => sentence === footer)).toHaveLength(1);
    expect(good).toHaveLength(3);
  });
});

describe('ranges', () => {
  it('are those of the systems asked for, not smaller than a /24', () => {
    const csv =
      '16777216,16777471,13335,"Cloudflare, Inc."\n16778240,16779263,38803,X\n16779264,16779300,13335,Y\n';
    expect([...readRanges(csv, new Set([13335]))]).toEqual([
      [13335, [{ start: 16_777_216, size: 256 }]],
    ]);
  });
});
