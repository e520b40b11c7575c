import { type Logger, pino } from 'pino';
import type { TraceScope } from '../pipeline/trace-scope.ts';
import { visible } from './print.ts';

interface LoggerParts {
  readonly level: string;
  readonly stream: { write(text: string): unknown };
  /** Lines for people instead of JSON. */
  readonly isInteractive: boolean;
  /** What a call's lines take their `trace_id` from. Default: they have none. */
  readonly traces?: Pick<TraceScope, 'current'>;
}

const secretMembers = ['authorization', 'cookie', 'password', 'secret', 'token', 'key', 'apiKey', 'x-api-key'];

/**
 * The server's log: one JSON object a line, or readable lines on a terminal. What looks like a secret does not get
 * out, wherever in an entry it stands: members by their names, keys and passwords in URLs by their form.
 */
export function createLogger({ level, stream, isInteractive, traces }: LoggerParts): Logger {
  const paths = ['', '*', '*.*'].flatMap(above =>
    secretMembers.map(name => (above ? `${above}["${name}"]` : `["${name}"]`)),
  );
  return pino(
    {
      level,
      base: null,
      redact: { paths, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin() {
        const trace = traces?.current();
        return trace ? { trace_id: trace.traceId } : {};
      },
    },
    {
      write(line) {
        const safe = withoutSecrets(line);
        stream.write(isInteractive ? visible(readable(safe), { lines: true }) : safe);
      },
    },
  );
}

/** API keys and the passwords in URLs, made unreadable. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(gh_[A-Za-z0-9]{8}_)[A-Za-z0-9_-]+/g, '$1[redacted]')
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s/@"]+@/gi, '$1:[redacted]@')
    .replaceAll(/\b(Bearer )[A-Za-z0-9._~+/=-]+/gi, '$1[redacted]');
}

const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** `12:00:01 warn   message  member=value`, the stack of an error below. */
function readable(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown> & { err?: { stack?: string } };
  const members = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const head = [String(time).slice(11, 19), (levelNames[Number(level)] ?? '').padEnd(5), String(msg ?? ''), ...members];
  const stack = err?.stack ? `\n  ${err.stack.replaceAll('\n', '\n  ')}` : '';
  return `${head.join('  ')}${stack}\n`;
}
