import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FINGERPRINT_ROWS } from '../core/message/derived.ts';
import { createBlockMaker } from './blocks.ts';
import { readHtml } from './html-text.ts';
import { MAX_BLOCKS, MAX_HTML_DEPTH, MAX_URL_HOSTS, MAX_URLS } from './limits.ts';
import { Notes } from './notes.ts';
import { readOwnText } from './own-text.ts';
import { UrlCollector } from './urls.ts';
import { readWording } from './wording-list.ts';
import { createWordingReader } from './wording.ts';
import { readWords } from './words.ts';

describe("the author's own text", () => {
  it.each([
    ['Yes.\n\nOn Monday, Ann wrote:\n> Are you coming?\n', 'Yes.'],
    ['Ja.\n\nAm 3.4. schrieb Ann:\n\n> Kommst du?\n\nGut!', 'Ja.\n\n\n\nGut!'],
    ['Done\n-- \nBob\n', 'Done'],
    ['Fine.\n\n-----Original Message-----\nFrom: x', 'Fine.'],
    ['Fine.\n\n-----Ursprüngliche Nachricht-----\nVon: x', 'Fine.'],
    ['Gut.\n\nVon: Ann <a@b.example>\nGesendet: Montag\nAn: Bob\nBetreff: x\n\nalt', 'Gut.'],
    ['From: here to there\nit is far', 'From: here to there\nit is far'],
    ['a list:\n- one\n- two', 'a list:\n- one\n- two'],
  ])('%j', (text, own) => {
    expect(readOwnText(text).own.trim()).toBe(own);
  });

  it('tells a signature', () => {
    expect(readOwnText('a\n-- \nb').hasSignature).toBe(true);
    expect(readOwnText('a\n--- \nb').hasSignature).toBe(false);
  });
});

function html(text: string) {
  const urls = new UrlCollector();
  const notes = new Notes();
  return { ...readHtml(text, urls, notes), urls, notes: notes.list() };
}

describe('HTML', () => {
  it('gives the text that is seen, by lines and paragraphs', () => {
    const { own } = html(
      '<head><title>t</title><style>p{}</style></head><p>One &amp; two</p><p>Three<br>four</p>' +
        '<span style="display: none">bayes poison</span><script>x()</script>',
    );
    expect(own.trim().replace(/\n+/g, '|')).toBe('One & two|Three|four');
  });

  it.each([
    ['<p>own</p><blockquote>old</blockquote>'],
    ['<p>own</p><div class="gmail_quote x">old</div>'],
    ['<p>own</p><div id="divRplyFwdMsg">old</div><p>older</p>'],
    ['<p>own</p><div class="moz-signature">Bob</div>'],
    ['<p>own</p><p>> old<br>\r\n> older &amp; oldest</p>'],
    ['<div>&gt; old</div><div>own</div>'],
  ])('leaves quotes and signatures out: %s', (text) => {
    const { own, all } = html(text);
    expect(own.trim()).toBe('own');
    expect(all.trim().length).toBeGreaterThan(5);
  });

  it('CON-3: lines that a program marked as quoted are kept as quotes, and a comparison is none', () => {
    const { own, quoted } = html('<p>3 &gt; 2</p><p>&gt; Dear friend,<br> &gt; a rare chance</p>');
    expect(own.trim()).toBe('3 > 2');
    expect(quoted).toContain('a rare chance');
  });

  it('gives the links of anchors, images and forms, nothing of other schemes', () => {
    const { urls } = html(
      '<a href=" https://A.example/x">a</a><img src="//img.example/1.png"><form action="http://f.example">' +
        '<a href="mailto:a@b.example">m</a><img src="cid:1"><a href="java\nscript:x">j</a>' +
        '<a href="https://exa\nmple.example/">split</a>',
    );
    expect(urls.hosts).toEqual(['a.example', 'example.example', 'f.example', 'img.example']);
    expect(urls.urls.length).toBe(4);
  });

  it('stops at elements without end and says so', () => {
    expect(html('<b>'.repeat(MAX_HTML_DEPTH + 1)).notes).toEqual(['html-too-deep']);
    expect(html(`${'<b>'.repeat(MAX_HTML_DEPTH - 1)}x`)).toMatchObject({ notes: [], own: 'x' });
  });

  it('reads anything', () => {
    const piece = fc.constantFrom(
      ...['<', '>', '<a href=', '"', "'", '</', '<!--', '-->', '<![CDATA[', '&#x', '&amp;', 'x'],
      ...['<blockquote>', '</blockquote>', '<svg', '<style>', '\0', '<__proto__ __proto__=x>'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 50 }), (pieces) => {
        html(pieces.join(''));
      }),
    );
  });
});

describe('URLs', () => {
  it.each([
    [
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbad.example%2Fx&data=1',
      'bad.example',
    ],
    ['https://urldefense.com/v3/__https://bad.example/x__;!!abc$', 'bad.example'],
    ['https://urldefense.proofpoint.com/v2/url?u=https-3A__bad.example_x&d=1', 'bad.example'],
    ['https://www.google.com/url?sa=t&q=https://bad.example/', 'bad.example'],
    ['https://www.google.co.uk/url?url=https://bad.example/', 'bad.example'],
    ['https://l.facebook.com/l.php?u=https%3A%2F%2Fbad.example', 'bad.example'],
    ['https://secure-web.cisco.com/1abc/https%3A%2F%2Fbad.example%2Fx', 'bad.example'],
    ['https://protect.checkpoint.com/v2/___https://bad.example/x___.abc', 'bad.example'],
    ['https://www.bing.com/ck/a?!&u=a1aHR0cHM6Ly9iYWQuZXhhbXBsZS8&ntb=1', 'bad.example'],
    [
      'https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fbad.example',
      'bad.example',
    ],
    ['https://www.google.com/search?q=https://bad.example/', 'www.google.com'],
    ['https://www.google.com/url?q=javascript:1', 'www.google.com'],
    ['https://urldefense.com/v2/url?u=%25', 'urldefense.com'],
    ['https://bad.example./x', 'bad.example'],
    ['https://bücher.example', 'xn--bcher-kva.example'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['https://user:pass@bad.example:8443/', 'bad.example'],
  ])('%s leads to %s', (url, host) => {
    const urls = new UrlCollector();
    urls.add(url);
    expect(urls.hosts).toEqual([host]);
  });

  it('are found in a text without the punctuation around them', () => {
    const urls = new UrlCollector();
    urls.addFromText('See (https://a.example/x), www.b.example. <http://c.example/(y)> https:// x');
    expect(urls.urls).toEqual([
      ...['https://a.example/x', 'http://www.b.example/', 'http://c.example/(y)'],
    ]);
  });

  it('are looked at up to a bound', () => {
    const urls = new UrlCollector();
    for (let i = 0; i < MAX_URLS * 3; i += 1) urls.add(`https://h${i}.example/`);
    expect(urls.urls.length).toBe(MAX_URLS);
    expect(urls.hosts.length).toBe(MAX_URL_HOSTS);
  });
});

describe('words', () => {
  const same = (a: string, b: string): boolean =>
    JSON.stringify(readWords(a)) === JSON.stringify(readWords(b));

  it.each([
    ['Hello, World!', 'hello world'],
    ['order 4711 of 2026', 'order 9 of 1'],
    ['see https://a.example/?id=7 now', 'see http://other.example/ now'],
    ['pay\u200bpal', 'paypal'],
    ['soft\u00adhyphen', 'softhyphen'],
    ['one\r\n\r\n\r\ntwo', 'one\n \ntwo'],
    ['STRASSE Ä', 'strasse ä'],
  ])('%j reads as %j', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it('are single characters where a script has no blanks', () => {
    expect(readWords('你好，世界').words.length).toBe(4);
  });

  it('keep paragraphs apart', () => {
    expect(readWords('a b\nc\n\nd\n\n\n\ne').paragraphEnds).toEqual([3, 4, 5]);
  });
});

const makeBlocks = createBlockMaker(Buffer.from('0123456789abcdef'));

describe('blocks', () => {
  const vocabulary = Array.from(
    { length: 400 },
    (_, i) =>
      `w${'abcdefghij'[i % 10]!}${'klmnopqrst'[Math.floor(i / 10) % 10]!}${'uvwx'[Math.floor(i / 100)]!}`,
  );
  const minima = (text: string): readonly number[] => makeBlocks(readWords(text))[0]!.minima;
  const equalRows = (a: string, b: string): number => {
    const other = minima(b);
    return minima(a).filter((value, row) => value === other[row]).length;
  };

  it('are the same every day and in every thread of one installation', () => {
    const [block] = makeBlocks(readWords('The quick brown fox'));
    expect(block).toMatchObject({ words: 4, hash: expect.any(Number) as number });
    expect(block!.minima.length).toBe(FINGERPRINT_ROWS);
    expect([block!.hash, block!.minima[0], block!.minima[31]]).toMatchInlineSnapshot(`
      [
        212216812,
        651068719,
        304663896,
      ]
    `);
  });

  it('are others under another key, so that short texts cannot be guessed from them (CON-8)', () => {
    const stream = readWords('my password is hunter22');
    const [ours] = makeBlocks(stream);
    const [theirs] = createBlockMaker(Buffer.from('fedcba9876543210'))(stream);
    expect(theirs!.hash).not.toBe(ours!.hash);
    expect(theirs!.minima.filter((value, row) => value === ours!.minima[row])).toEqual([]);
    expect(() => createBlockMaker(Buffer.from('short'))).toThrow('16 bytes');
  });

  it('are at most as many as the bound, and the last one takes the rest', () => {
    const text = Array.from({ length: 50 }, (_, i) => vocabulary.slice(i, i + 3).join(' '));
    const blocks = makeBlocks(readWords(text.join('\n\n')));
    expect(blocks.length).toBe(MAX_BLOCKS);
    expect(blocks.reduce((sum, { words }) => sum + words, 0)).toBe(150);
    expect(makeBlocks(readWords(''))).toEqual([]);
  });

  it('are near duplicates for texts with small changes, and far for others', () => {
    const text = vocabulary.slice(0, 200);
    const changed = text.with(20, 'Bob').with(120, 'Alice');
    expect(equalRows(text.join(' '), changed.join(' '))).toBeGreaterThanOrEqual(26);
    expect(equalRows(text.join(' '), vocabulary.slice(200).join(' '))).toBeLessThanOrEqual(2);
  });

  it('estimate the share of common runs', () => {
    // 100 of 300 runs in common: a third of the rows, on the mean of many texts.
    let rows = 0;
    const rounds = 60;
    for (let round = 0; round < rounds; round += 1) {
      const words = vocabulary.map(
        (word) => `${word}${'abcdefghij'[round % 10]!}${'abcdef'[Math.floor(round / 10)]!}`,
      );
      rows += equalRows(words.slice(0, 200).join(' '), words.slice(100, 300).join(' '));
    }
    const share = rows / rounds / FINGERPRINT_ROWS;
    expect(share).toBeGreaterThan(0.27);
    expect(share).toBeLessThan(0.39);
  });
});

describe('wording', () => {
  const read = createWordingReader(readWording());
  it.each([
    ['Please find the notes of our meeting and tell me what you think about that.', 'en'],
    ['Ich habe das Protokoll angehängt und freue mich auf eine Antwort von dir.', 'de'],
    ['Vous trouverez le compte rendu dans la pièce jointe pour la réunion avec les clients.', 'fr'],
    ['Le envío el informe para que lo revise y me diga si está de acuerdo con las fechas.', 'es'],
    ['In de bijlage vind je het verslag van de vergadering, en ik hoor het graag.', 'nl'],
    ['Proszę o odpowiedź, czy spotkanie jest możliwe, bo nie wiem, że to już dla nas.', 'pl'],
    ['Посмотрите, пожалуйста, отчет, и скажите, что вы думаете о нем, так как мы не знаем.', 'ru'],
    ['添付の資料をご確認ください。よろしくお願いいたします。', 'ja'],
    ['请查看附件中的会议纪要，并告诉我您的意见。', 'zh'],
    ['안녕하세요. 회의록을 첨부하여 보내 드립니다. 감사합니다.', 'ko'],
    ['ok', undefined],
    ['4711 4712 4713', undefined],
  ])('%s is %s', (text, language) => {
    expect(read(readWords(text)).language).toBe(language);
  });

  // prettier-ignore
  it.each([
    ['Could you buy five gift cards for a client and send me the codes?', 2],
    ['Please put my new account into the payroll before the next salary.', 3],
    ['Kaufen Sie bitte Geschenkkarten; mein Gehalt auf die neue Bankverbindung.', 3],
    ['Nous fêtons son anniversaire samedi, apporte un cadeau.', 1],
  ])('counts words of gift cards and of wages, which forged requests ask for: %s', (text, paymentWords) => {
    expect(read(readWords(text)).paymentWords).toBe(paymentWords);
  });

  it('counts words of payment and of credentials', () => {
    const stream = readWords('Verify your password and username now. Überweisung: IBAN folgt.');
    expect(read(stream)).toMatchObject({ credentialWords: 3, paymentWords: 2 });
  });
});
