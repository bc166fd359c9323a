/** A report that came by telephone or on paper, taken down as a case. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CaseInput, CaseView } from '../../doors/api/schemas/types.ts';
import { send } from '../api.ts';
import { useAct } from '../parts.tsx';

type Category = NonNullable<CaseInput['category']>;

/** As the API has them; a new one there is missed here by the compiler. */
const CATEGORIES: Readonly<Record<Category, string>> = {
  spam: 'spam',
  phishing: 'phishing',
  malware: 'malware',
  fraud: 'fraud',
  harassment: 'harassment',
  copyright: 'copyright',
  other: 'other',
};
const EMPTY = { category: 'other' as Category, subject: '', text: '', reporter: '', account: '' };
const FIELDS = [
  ['subject', 'What it is about', true],
  ['reporter', 'Who tells it: a mail address, if there is one', false],
  ['account', 'Account it is about, if it is known', false],
] as const;

export function OpenCase(): JSX.Element {
  const act = useAct();
  const [draft, setDraft] = useState(EMPTY);
  const set = (change: Partial<typeof EMPTY>): void => setDraft((was) => ({ ...was, ...change }));
  const submit = (event: Event): void => {
    event.preventDefault();
    const { category, subject, text } = draft;
    const reporter = draft.reporter.trim();
    const account = draft.account.trim();
    const body: CaseInput = {
      ...{ by: 'me', source: 'person', category, subject: subject.trim(), text: text.trim() },
      ...(reporter !== '' && { reporter }),
      ...(account !== '' && { account }),
    };
    void act(
      () => send<CaseView>('POST', '/cases', body),
      ({ reference }) => `The case is open. Tell the reporter its reference: ${reference}.`,
    ).then((isDone) => {
      if (isDone) setDraft(EMPTY);
    });
  };
  return (
    <section class="card">
      <h2>Open a case</h2>
      <form class="say" onSubmit={submit}>
        <label for="case-category">Kind</label>
        <select
          id="case-category"
          value={draft.category}
          onChange={(event) => set({ category: event.currentTarget.value as Category })}
        >
          {Object.entries(CATEGORIES).map(([name, words]) => (
            <option value={name}>{words}</option>
          ))}
        </select>
        {FIELDS.map(([name, label, isRequired]) => (
          <>
            <label for={`case-${name}`}>{label}</label>
            <input
              id={`case-${name}`}
              required={isRequired}
              maxLength={200}
              value={draft[name]}
              onInput={(event) => set({ [name]: event.currentTarget.value })}
            />
          </>
        ))}
        <label for="case-text">What was told</label>
        <textarea
          id="case-text"
          required
          rows={3}
          maxLength={20_000}
          value={draft.text}
          onInput={(event) => set({ text: event.currentTarget.value })}
        />
        <button>Open it</button>
      </form>
    </section>
  );
}
