/** One step of the database, never changed once it was published: its digest is recorded where it was applied. */
export interface Migration {
  /** 1, 2, … without a gap. */
  readonly number: number;
  readonly name: string;
  /** Single statements, because one engine takes no two in one query. */
  readonly statements: readonly string[];
}
