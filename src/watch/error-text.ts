/** What went wrong, for evidence: one line, without its full stop. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : 'something unforeseen';
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}
