/** How a case ended: chosen by whoever closes it, and read wherever the case is named (FBK-7). */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CaseFinding, CaseView } from '../../doors/api/schemas/types.ts';
import { Badge, useSaying } from '../parts.tsx';

/** As the API has them; a new one there is missed here by the compiler. */
const FINDINGS: Readonly<Record<CaseFinding, string>> = {
  'dealt with': 'Dealt with',
  'no abuse': 'No abuse found',
  'not ours': 'Not ours',
  'nothing to be done': 'Nothing to be done',
};

/** Older cases may have ended in other words. */
export function findingWords(finding: string): string {
  const known: Readonly<Record<string, string>> = FINDINGS;
  return (known[finding] ?? finding).toLowerCase();
}

export function EndOf(given: { readonly case: Pick<CaseView, 'state' | 'finding'> }): JSX.Element {
  const { state, finding } = given.case;
  const words = state === 'open' || finding === '' ? state : `closed: ${findingWords(finding)}`;
  return <Badge tone={state === 'open' ? 'warn' : 'good'}>{words}</Badge>;
}

export function CloseCase(given: {
  readonly say: (finding: CaseFinding, text: string) => Promise<boolean>;
}): JSX.Element {
  const [finding, setFinding] = useState<CaseFinding | ''>('');
  const { text, setText, isBusy, submit } = useSaying((said) =>
    finding === '' ? Promise.resolve(false) : given.say(finding, said),
  );
  return (
    <>
      <h3>Close it</h3>
      <form class="say" onSubmit={submit}>
        <label for="case-finding">How it ended</label>
        <select
          id="case-finding"
          required
          value={finding}
          onChange={(event) => setFinding(event.currentTarget.value as CaseFinding | '')}
        >
          <option value="">choose</option>
          {Object.entries(FINDINGS).map(([name, words]) => (
            <option value={name}>{words}</option>
          ))}
        </select>
        <label for="case-end">What it was, and what was done</label>
        <input
          id="case-end"
          required
          maxLength={1000}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button disabled={isBusy || text.trim() === ''}>Close</button>
      </form>
    </>
  );
}
