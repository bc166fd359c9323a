/** A bar on one line of a terminal, drawn a few times a second. */
import { basename } from 'node:path';
import type { ImportProgress } from './import-logs.ts';

const WIDTH = 30;
const EVERY_MS = 200;

export interface Bar {
  draw(progress: ImportProgress): void;
  /** Wipes it, so that the summary stands alone. */
  clear(): void;
}

export function createBar(write: (text: string) => void, now: () => number): Bar {
  let drawnMs = -Infinity;
  let isDrawn = false;
  return {
    draw: (progress) => {
      const nowMs = now();
      if (nowMs - drawnMs < EVERY_MS) return;
      drawnMs = nowMs;
      isDrawn = true;
      write(`\r\u001b[K${barText(progress)}`);
    },
    clear: () => {
      if (isDrawn) write('\r\u001b[K');
      isDrawn = false;
    },
  };
}

export function barText({ file, bytes, totalBytes, lines }: ImportProgress): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const full = Math.round(share * WIDTH);
  const bar = `${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `[${bar}] ${percent}  ${lines.toLocaleString('en-US')} lines  ${printable(basename(file))}`;
}

function printable(name: string): string {
  return name.replace(/[^ -~]/g, '?').slice(0, 40);
}
