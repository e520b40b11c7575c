import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { cliErrors } from '../errors.ts';

/** The text of a UTF-8 file, piece by piece, without a byte order mark. Throws IMPORT_FILE_INVALID for other encodings. */
export async function* readText(file: string, onBytes: (read: number) => void = () => {}): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let read = 0;
  try {
    for await (const chunk of createReadStream(file)) {
      const bytes = chunk as Buffer;
      read += bytes.length;
      onBytes(read);
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw cliErrors.IMPORT_FILE_INVALID({
      message: `${basename(file)} is not UTF-8 (near byte ${read}). Save it again in that encoding.`,
      cause: thrown,
    });
  }
}
