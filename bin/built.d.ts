export const STAMP: string;
export function stampOf(folder: string): string;
export function isBuiltFrom(program: string, sources: string): boolean;
