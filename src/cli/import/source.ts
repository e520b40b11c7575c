/** One row of a file, as it stands there. */
export interface SourceRow {
  /** As people count them: in CSV the heading is row 1; in JSON the first record is row 1. */
  readonly row: number;
  /** By column. Text in CSV, any JSON value in JSON. */
  readonly cells: ReadonlyMap<string, unknown>;
  /** Why the row as a whole does not fit; its cells are not to be used then. */
  readonly fault?: string;
}

/** A file to import, read in one pass and with little memory, as often as it is asked for. */
export interface Source {
  /** Bytes. */
  readonly size: number;
  /** The columns, where the file names them once for all rows. */
  readonly columns: readonly string[] | undefined;
  /** The rows in order. `onBytes` is told how far the reading is. Throws IMPORT_FILE_INVALID. */
  rows(onBytes?: (read: number) => void): AsyncIterable<SourceRow>;
}
