/** A row of the table of who may import whom (`table.ts`). */
export interface Part {
  /** Folder or file under src/. A `*` stands for one name: each such folder is a part of its own. */
  readonly path: string;
  /** Why the row is as it is, for whoever breaks it. */
  readonly why: string;
  /** Folders and files under src/ it may import besides itself; `anything` for the one that wires. */
  readonly mayImport: readonly string[] | 'anything';
  /** No packages, no Node modules, no clock, no randomness. */
  readonly purity?: 'pure';
  /** Packages a pure part may use all the same, because they only compute. */
  readonly purePackages?: readonly string[];
}
