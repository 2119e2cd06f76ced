/** A table as text, exactly as delivered; `null` where there is no cell. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}
