/** An answer to a reporter: a template or own words, read before it goes to a stranger. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { AnswerList } from '../../doors/api/schemas/types.ts';
import { useLoaded } from '../live.ts';
import { useSaying } from '../parts.tsx';

const MAX_CHARACTERS = 4_000;

export function AnswerForms(given: {
  readonly say: (text: string) => Promise<boolean>;
}): JSX.Element {
  const ready = useLoaded<AnswerList>('/answers', []);
  const box = useRef<HTMLTextAreaElement>(null);
  const { text, setText, isBusy, submit } = useSaying(given.say);
  const take = (template: string): void => {
    setText(template);
    box.current?.focus();
  };
  return (
    <>
      <h3>Answer</h3>
      <p class="quiet">
        The reporter reads it by the reference, and by mail where an address was left. Choose one of
        these to begin with, or write your own:
      </p>
      {(ready.value?.answers ?? []).map((one) => (
        <button type="button" lang={one.language} class="wide" onClick={() => take(one.text)}>
          {one.text}
        </button>
      ))}
      <form class="say" onSubmit={submit}>
        <label for="answer">Answer to the reporter</label>
        <textarea
          ref={box}
          id="answer"
          rows={3}
          maxLength={MAX_CHARACTERS}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button disabled={isBusy || text.trim() === ''}>Answer</button>
      </form>
    </>
  );
}
