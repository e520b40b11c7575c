/** A place in source code: absolute path or file URL, line and column from 1. */
export interface DefinitionSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the caller of the calling function stands: where a config says `defineModel(…)`, for instance. */
export function definitionSite(): DefinitionSite | undefined {
  // Frames: this function, the define… function, the place that is asked for.
  const frame = new Error().stack?.split('\n')[3];
  const found = frame?.match(/\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):(\d+)\)?$/);
  if (!found?.[1]) return undefined;
  return { file: found[1].replace(/\?.*$/, ''), line: Number(found[2]), column: Number(found[3]) };
}
