import type { Readable } from 'node:stream';

const newline = 0x0a;

/**
 * The lines of a stream, without their ends; empty ones are left out. A line of more than `limit` bytes is read to its
 * end, not kept, and comes as undefined.
 */
export async function* linesOf(input: Readable, limit: number): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = [];
  let size = 0;

  /** What has been gathered, as one line. */
  function take(): Buffer | undefined {
    const line = size > limit ? undefined : Buffer.concat(parts);
    parts = [];
    size = 0;
    return line?.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  }

  for await (const chunk of input as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      gather(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line?.length !== 0) yield line;
    }
    gather(chunk.subarray(start));
  }
  const last = take();
  if (last?.length !== 0) yield last;

  function gather(part: Buffer): void {
    size += part.length;
    if (size > limit) parts = [];
    else if (part.length > 0) parts.push(part);
  }
}
