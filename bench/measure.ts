import { readFileSync } from 'node:fs';
import { openConnection } from './http-client.ts';

/** What one run of one server under one load came to. */
export interface Figures {
  /** Requests answered a second. */
  readonly rate: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
  /** µs of processor time of the server's process, all threads, a request. */
  readonly cpu: number;
  /** MiB of the server's process at the end. */
  readonly memory: number;
}

/** What a server is given to do. */
export interface Load {
  readonly url: URL;
  /** The process whose time is counted. */
  readonly pid: number;
  /** The next request's bytes. */
  readonly next: () => Buffer;
  readonly isExpected: (answer: { status: number; body: string }) => boolean;
  readonly connections: number;
  /** ms that count, after a warm-up of as many. */
  readonly duration: number;
}

/** Closed loop: every connection sends its next request when it has its answer. Throws on an unexpected answer. */
export async function measure(load: Load): Promise<Figures> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => openConnection(load.url)));
  const latencies: number[] = [];
  const begin = performance.now() + load.duration;
  const end = begin + load.duration;
  let before = 0;
  const atBegin = setTimeout(() => {
    before = processorTime(load.pid);
  }, load.duration);
  await Promise.all(
    connections.map(async connection => {
      for (;;) {
        const started = performance.now();
        if (started >= end) return;
        const answer = await connection.send(load.next());
        if (!load.isExpected(answer))
          throw new Error(`unexpected answer ${answer.status}: ${answer.body.slice(0, 500)}`);
        if (started >= begin) latencies.push(performance.now() - started);
      }
    }),
  );
  const used = processorTime(load.pid) - before;
  clearTimeout(atBegin);
  for (const connection of connections) connection.close();
  latencies.sort((a, b) => a - b);
  return {
    rate: latencies.length / (load.duration / 1000),
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    cpu: used / latencies.length,
    memory: residentMemory(load.pid),
  };
}

/** µs of user and system time of a process (Linux: /proc; ticks of 10 ms). */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** MiB. */
function residentMemory(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
}
