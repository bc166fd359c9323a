/** Replies as notices quote them. */
import { describe, expect, test } from 'vitest';
import { findReply, findStage } from './smtp-reply.ts';

describe('FBK-1: a quoted reply', () => {
  // prettier-ignore
  test.each([
    ['host mx said: 550 5.1.1 no (in reply to RCPT TO command)',        '550', '5.1.1', 'rcpt'],
    ['host mx said: 554 5.7.1 no (in reply to end of DATA command)',    '554', '5.7.1', 'data'],
    ['550-5.7.26 first\n550 5.7.26 last',                               '550', '5.7.26', undefined],
    ["Unknown address error 550-'5.7.1 <a@b>... Access denied'",        '550', '5.7.1', undefined],
    ['Remote host said: 550 sorry, no mailbox here (#5.1.1)',           '550', '5.1.1', undefined],
    ['ERROR_CODE :550, ERROR_CODE :5.2.2 <a@b>',                        '550', '5.2.2', undefined],
    ['<<< 421 4.4.2 timed out',                                         '421', '4.4.2', undefined],
    ['SMTP error from remote mail server after RCPT TO:<a@b>: 550 no',  '550', undefined, 'rcpt'],
    ['does not like recipient.\nRemote host said: 550 no',              '550', undefined, 'rcpt'],
    ['>>> RCPT To:<a@b>\n<<< 550 no\n>>> DATA\n<<< 503 need RCPT',      '550', undefined, 'rcpt'],
    ['>>> DATA\n<<< 550 : User unknown\n554 5.0.0 Service unavailable', '550', undefined, 'data'],
    ['relay 10.5.1.1 version 5.0.12.3 took 550 ms',                     undefined, undefined, undefined],
    ['call 0550 1234 or 555-0199',                                      undefined, undefined, undefined],
    ['',                                                                undefined, undefined, undefined],
  ])('%j', (text, replyCode, status, stage) => {
    const found = findReply(text);
    expect(found.replyCode).toBe(replyCode);
    if (status !== undefined) expect(found.status).toBe(status);
    expect(found.stage).toBe(stage);
  });

  test('of which no command is named has no stage', () => {
    expect(findStage('550 5.1.1 User unknown')).toBeUndefined();
  });
});
