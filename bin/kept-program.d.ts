export const MAX_KEPT_BYTES: number;
export interface KeptProgram {
  load(name: string): unknown;
  compiled(): readonly string[];
  keep(): Promise<void>;
}
export function openKeptProgram(folder: string, file: string): KeptProgram;
