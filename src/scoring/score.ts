/** `primum score`: verdicts held against what was true. */
import { PrimumError } from '../errors.ts';
import { readObjects } from '../store/journal-files/read-lines.ts';
import { IdSet } from './id-set.ts';
import { readOutcome } from './outcome.ts';
import { resultOf, type Score } from './result.ts';
import { formatScore } from './table.ts';
import { Tally } from './tally.ts';
import { readTruth, type Truth } from './truth.ts';

export interface ScoreOptions {
  readonly verdictsFile: string;
  readonly truthFile: string;
  /** The events judged. */
  readonly eventsFile?: string | undefined;
}

/** @throws PrimumError INPUT_UNREADABLE */
export async function score(options: ScoreOptions): Promise<Score> {
  return resultOf(await tallyOf(options));
}

/** The counts before they are figures, so that several runs can be put together. */
export async function tallyOf(options: ScoreOptions): Promise<Tally> {
  const truth = await readTruth(options.truthFile);
  const known = await readEvents(options.eventsFile, truth);
  const submissions = truth.benign.size > 0 ? truth.benign : known.submissions;
  const tally = new Tally({
    truth,
    recipients: known.recipients,
    classes: known.classes,
    ...(submissions.size > 0 && { isSubmission: (id: string) => submissions.has(id) }),
  });
  for await (const line of readObjects(options.verdictsFile)) {
    const outcome = line.ok ? readOutcome(line.value) : line.reason;
    if (typeof outcome === 'string') {
      throw new PrimumError(
        'INPUT_UNREADABLE',
        `Line ${line.number} of ${options.verdictsFile} is not a verdict: ${outcome} Make the file anew with primum replay.`,
      );
    }
    if (outcome !== undefined) tally.take(outcome);
  }
  return tally;
}

interface Known {
  readonly recipients: Map<string, number>;
  readonly classes: Map<string, string>;
  readonly submissions: IdSet;
}

/** What the score takes from events: classes of accounts, and what the truth leaves open. */
async function readEvents(file: string | undefined, truth: Truth): Promise<Known> {
  const known: Known = { recipients: new Map(), classes: new Map(), submissions: new IdSet() };
  if (file === undefined) return known;
  const isOpen = truth.benign.size === 0;
  for await (const line of readObjects(file)) {
    if (!line.ok) continue;
    const { kind, id, account, class: of, envelopeRecipients } = line.value;
    if (kind === 'account' && typeof account === 'string' && typeof of === 'string') {
      known.classes.set(account.toLowerCase(), of);
    } else if (kind === 'submission' && typeof id === 'string') {
      if (isOpen) known.submissions.add(id);
      const message = truth.messages.get(id);
      if (message === undefined || message.recipients !== undefined) continue;
      if (Array.isArray(envelopeRecipients)) known.recipients.set(id, envelopeRecipients.length);
    }
  }
  return known;
}

/** For the command line. */
export async function scoreFiles(
  options: ScoreOptions & { readonly json: boolean },
  out: { write(text: string): unknown },
): Promise<number> {
  const found = await score(options);
  out.write(options.json ? `${JSON.stringify(found, undefined, 2)}\n` : formatScore(found));
  return 0;
}
