import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { cliErrors } from '../errors.ts';
import { openCsv } from './csv-source.ts';
import { openJson, openJsonLines } from './json-source.ts';
import type { Source } from './source.ts';

const formats = {
  '.csv': openCsv,
  '.tsv': openCsv,
  '.json': openJson,
  '.jsonl': openJsonLines,
  '.ndjson': openJsonLines,
};

/** Opens a file by its extension. Throws IMPORT_FILE_INVALID. */
export async function openSource(file: string): Promise<Source> {
  const open = formats[extname(file).toLowerCase() as keyof typeof formats];
  if (!open) {
    const known = Object.keys(formats).join(', ');
    throw cliErrors.IMPORT_FILE_INVALID({ message: `${basename(file)} has none of the endings ${known}.` });
  }
  try {
    const { size } = await stat(file);
    return await open({ file, size });
  } catch (thrown) {
    throw asFileFault(thrown, file);
  }
}

/** The SHA-256 of a file's bytes: what tells whether it is the same file again. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The system's own errors as one that says which file. */
function asFileFault(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof Error) || !('syscall' in thrown)) return thrown;
  return cliErrors.IMPORT_FILE_INVALID({ message: `${file} cannot be read: ${thrown.message}.`, cause: thrown });
}
