import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { candidatesOf, MAX_CANDIDATES, MAX_WORD_LENGTH, MAX_WORDS } from './candidates.ts';
import { MECHANISMS, passwordDigest } from './digest.ts';
import { createOwnPasswordKeeper, MAX_AGE_MS, MAX_DIGESTS } from './keeper.ts';
import type { OwnPasswordKeeper, OwnPasswordSettings } from './keeper.ts';

const SCHEME = { mechanism: 'sha256', nonce: '8f3a1c0d5b' } as const;

let nowMs: number;
let warnings: string[];
let keeper: OwnPasswordKeeper;

const open = (changed: Partial<OwnPasswordSettings> = {}) =>
  createOwnPasswordKeeper({
    ...SCHEME,
    now: () => nowMs,
    warn: (message) => warnings.push(message),
    ...changed,
  });

beforeEach(() => {
  nowMs = 1_800_000_000_000;
  warnings = [];
  keeper = open();
});

const digest = (login: string, password: string) =>
  passwordDigest(SCHEME, login, password).toString('hex');

const ANN = 'ann@example.org';
const among = (text: string, account = ANN) => keeper.isAmong(account, text.split(/\s+/));

describe('CON-8: the digest of Dovecot', () => {
  it('begins with the twelve bits that Dovecot 2.3 sent for the same password', () => {
    // As recorded: login alice@local.test, password secret1, pwhash 0bba.
    expect(digest('alice@local.test', 'secret1').slice(0, 3)).toBe('bba');
  });
});

describe('CON-8: a user who sends out his own password', () => {
  it.each([
    ['alone', 'hunter22'],
    ['in a sentence', 'my password is hunter22 thanks'],
    ['before a full stop', 'Here it is: hunter22.'],
    ['in quotes', 'it is "hunter22", as always'],
    ['in typographic quotes', 'es ist \u201ehunter22\u201c.'],
    ['in angle brackets', 'Password: <hunter22>'],
    ['behind a colon without a space', 'Password:hunter22'],
    ['behind an equals sign', 'pw=hunter22'],
    ['in bold', '*hunter22*'],
    ['behind the login and a slash', 'ann@example.org/hunter22'],
    ['behind the login and a bar, before a stop', 'ann@example.org|hunter22.'],
    ['behind a semicolon', 'user;hunter22;imap.example.org'],
    ['behind a comma', 'ann@example.org,hunter22'],
    ['behind two colons', 'login:ann:hunter22'],
  ])('is seen with the password %s', (_, text) => {
    keeper.remember(ANN, digest(ANN, 'hunter22'));
    expect(among(text)).toBe(true);
  });

  it('is seen where the password holds a separator itself', () => {
    keeper.remember(ANN, digest(ANN, 'geh/heim:44'));
    expect(among('ann@example.org/geh/heim:44')).toBe(true);
    expect(among('geh/heim:44/ann')).toBe(true);
  });

  it.each([
    ['another password', 'hunter23'],
    ['another case', 'Hunter22'],
    ['a part of it', 'hunter2 2hunter22'],
    ['nothing', ''],
  ])('is not seen with %s', (_, text) => {
    keeper.remember(ANN, digest(ANN, 'hunter22'));
    expect(among(text)).toBe(false);
  });

  it.each(['end!', '(x?)!', 'a:b=c.', 'Gr\u00fc\u00dfe', 'correct horse battery staple'])(
    'is seen when the password is %s',
    (password) => {
      keeper.remember(ANN, digest(ANN, password));
      expect(among(`it is ${password} , ok`)).toBe(true);
      expect(among(`it is ${password}`)).toBe(true);
    },
  );

  it('is seen when the letters come in two parts', () => {
    keeper.remember(ANN, digest(ANN, 'Gr\u00fc\u00dfe'));
    expect(among('Gru\u0308\u00dfe')).toBe(true);
  });

  it('is seen however the login was written, and nobody else is', () => {
    keeper.remember('Ann@Example.org', digest('ANN', 'hunter22'), 'ANN');
    expect(among('hunter22')).toBe(true);
    expect(among('hunter22', 'ANN@example.ORG')).toBe(true);
    expect(among('hunter22', 'bob@example.org')).toBe(false);
  });

  it('is seen with the password of a program, too, and with the one before the last', () => {
    for (const password of ['first-one', 'second-one', 'of-my-phone']) {
      keeper.remember(ANN, digest(ANN, password));
    }
    expect(among('first-one')).toBe(true);
    expect(among('of-my-phone')).toBe(true);
  });

  it.each(MECHANISMS)('is seen with %s as the mechanism', (mechanism) => {
    keeper = open({ mechanism });
    const hex = createHash(mechanism).update(`${SCHEME.nonce}${ANN}\0hunter22`).digest('hex');
    keeper.remember(ANN, hex.toUpperCase());
    expect(among('hunter22')).toBe(true);
    expect(warnings).toEqual([]);
  });
});

describe('CON-8: what is remembered', () => {
  it('is no digest of twelve bits, of another mechanism, or without form; that is said once', () => {
    for (const bad of ['0bba', digest(ANN, 'x').slice(2), 'z'.repeat(64), '']) {
      keeper.remember(ANN, bad);
    }
    expect(keeper.size).toBe(0);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/has 16 bits and is not a whole sha256 digest.*hash_truncate = 0/);
    expect(warnings[0]).not.toContain(ANN);
  });

  it('is bounded by accounts: those that logged in longest ago go first', () => {
    keeper = open({ maxAccounts: 2 });
    for (const account of ['a@x', 'b@x', 'a@x', 'c@x']) {
      keeper.remember(account, digest(account, 'hunter22'));
    }
    expect(keeper.size).toBe(2);
    expect(among('hunter22', 'b@x')).toBe(false);
    expect(among('hunter22', 'a@x')).toBe(true);
  });

  it('is bounded by digests of one account, and a login again takes no room', () => {
    for (let i = 0; i <= MAX_DIGESTS; i++) keeper.remember(ANN, digest(ANN, `password-${i}`));
    expect(among('password-0')).toBe(false);
    for (let i = 0; i < 10; i++) keeper.remember(ANN, digest(ANN, 'password-4'));
    expect(among('password-1')).toBe(true);
  });

  it('is forgotten with age', () => {
    keeper.remember(ANN, digest(ANN, 'hunter22'));
    nowMs += MAX_AGE_MS;
    expect(among('hunter22')).toBe(true);
    nowMs += 1;
    expect(among('hunter22')).toBe(false);
    keeper.remember('bob@x', digest('bob@x', 'other'));
    expect(keeper.size).toBe(1);
  });
});

describe('CON-8: the words that are tried', () => {
  it('are bounded, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), (words) => {
        const found = [...candidatesOf(words)];
        expect(found.length).toBeLessThanOrEqual(MAX_CANDIDATES);
        expect(found.every((word) => word.length <= MAX_WORD_LENGTH)).toBe(true);
      }),
    );
    const many = Array.from({ length: 10_000 }, (_, index) => `word-${index}...`);
    expect(candidatesOf(many).size).toBe(MAX_CANDIDATES);
    expect(candidatesOf(many).has(`word-${MAX_WORDS - 1}`)).toBe(true);
    expect(candidatesOf(many).has(`word-${MAX_WORDS}`)).toBe(false);
  });

  it('leave out what is too short to be a password', () => {
    expect([...candidatesOf(['ja', 'ok!', 'nein'])]).toEqual([
      'nein',
      'ja ok!',
      'ok! nein',
      'ja ok! nein',
    ]);
  });
});
