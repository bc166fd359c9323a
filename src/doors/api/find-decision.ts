/** A decision by its reference: one that was judged, or a message held because its account is locked (ACC-11). */
import { plainWords } from '../../core/plain-words.ts';
import type { Explanation } from '../../core/report.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Hold } from '../../desk/contract.ts';
import type { ApiParts } from './contract.ts';

export async function findDecision(
  { inspector, desk }: Pick<ApiParts, 'inspector' | 'desk'>,
  reference: string,
): Promise<Explanation | undefined> {
  const judged = await inspector.explain(reference);
  if (judged !== undefined) return judged;
  const held = await desk.holds.get(reference);
  return held?.cause === 'containment' && held.reference === reference ? ofHold(held) : undefined;
}

/** Nobody judged it again: the lock of its account holds it. */
function ofHold({ id, at, account, context, reference, reasons, ...held }: Hold): Explanation {
  const verdict: Verdict = {
    ...{ kind: 'verdict', for: held.submission === '' ? id : held.submission, at, account },
    ...{ identity: held.identity === '' ? account : held.identity, context, reference },
    ...{ verdict: 'hold', enforced: true, rung: 'lock', score: 0 },
    reasons: reasons.map(({ text }) => ({
      ...{ signal: 'account-locked', practice: 'ACC-11', weight: 0, text },
    })),
  };
  return { verdict, words: plainWords(verdict) };
}
