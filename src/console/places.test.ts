/** What is told to be the owner's usual place: a thief's must not stand there, however often it was used. */
import { expect, test } from 'vitest';
import { placesOf, type Place } from './places.ts';

const place = (context: string, more: Partial<Place> = {}): Place => ({
  ...{ context, country: 'DE', asn: 3320, days: 30, messages: 200 },
  ...{ trusted: true, refused: false, score: 0, ...more },
});
const HOME = place('home');
const THIEF = place('thief', {
  ...{ country: 'BR', asn: 64_500, days: 1, messages: 40, trusted: false, score: 7.5 },
});

test('the place of a message stands apart from the usual ones, with what is known of it', () => {
  expect(placesOf([THIEF, HOME], 'thief')).toEqual({
    usual: 'DE AS3320 (30 days)',
    own: "BR AS64500: not proven the owner's, 40 messages in 1 day, evidence against it 7.5",
    others: '',
  });
  expect(placesOf([HOME], 'home')).toMatchObject({
    usual: '',
    own: 'DE AS3320: trusted, 200 messages in 30 days',
  });
});

test('only what is trusted is usual; a refused place never is', () => {
  const away = place('away', { country: 'FR', asn: 0, days: 0, trusted: false });
  const refused = place('refused', { country: 'US', asn: 64_501, refused: true });
  expect(placesOf([THIEF, HOME, away, refused], '')).toEqual({
    usual: 'DE AS3320 (30 days)',
    own: '',
    others: 'US AS64501 (30 days), BR AS64500 (1 day), FR (less than a day)',
  });
});
