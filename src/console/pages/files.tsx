/** Files of an incident: what is there, and one more. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { AttachmentList } from '../../doors/api/schemas/types.ts';
import { send } from '../api.ts';
import { useLoaded } from '../live.ts';
import { ForReviewers, Show, useAct } from '../parts.tsx';

const MAX_BYTES = 5 * 1024 * 1024;
/** Bytes turned to text at once; more overflow the stack of some browsers. */
const CHUNK = 32_768;

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let from = 0; from < bytes.length; from += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return btoa(text);
}

export function Files({ path }: { readonly path: string }): JSX.Element {
  const act = useAct();
  const input = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const files = useLoaded<AttachmentList>(`${path}/attachments`, ['incident']);
  const attach = async (event: Event): Promise<void> => {
    event.preventDefault();
    const file = input.current?.files?.[0];
    if (file === undefined || isBusy) return;
    setBusy(true);
    await act(async () => {
      if (file.size > MAX_BYTES) throw new Error('A file has at most 5 MiB. Send a smaller one.');
      const content = await base64Of(file);
      await send('POST', `${path}/attachments`, { by: 'me', name: file.name, content });
    }, 'Attached.');
    if (input.current !== null) input.current.value = '';
    setBusy(false);
  };
  return (
    <>
      <h3>Files</h3>
      <Show of={files}>
        {({ attachments }) => (
          <>
            {attachments.length === 0 && <p class="quiet">None is attached.</p>}
            <ul>
              {attachments.map(({ id, name, sizeBytes, by }) => (
                <li>
                  <a href={`/api/v1${path}/attachments/${id}`} download>
                    {name}
                  </a>{' '}
                  <span class="quiet">
                    {sizeBytes.toLocaleString()} bytes, by {by}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Show>
      <ForReviewers>
        <form class="say" onSubmit={(event) => void attach(event)}>
          <label for="file">A file, at most 5 MiB</label>
          <input id="file" type="file" ref={input} required />
          <button disabled={isBusy}>Attach</button>
        </form>
      </ForReviewers>
    </>
  );
}
