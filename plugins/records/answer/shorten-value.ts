/** The first part of a value, and how much of it that is: characters of text, items of a list. */
export interface ShortValue {
  readonly value: unknown;
  /** undefined: nothing is left out. */
  readonly shown: number | undefined;
}

/**
 * At most `length` characters of a value's JSON. Text is cut to its beginning, never inside a surrogate pair; a list
 * of related records to its first items; another document to the beginning of its JSON text. Numbers, truth values
 * and null stay, and of a many2one's `{id,title}` only a long title is cut.
 */
export function shortenValue(value: unknown, length: number): ShortValue {
  if (typeof value === 'string') return cutText(value, length);
  if (typeof value !== 'object' || value === null) return { value, shown: undefined };
  if (isReference(value)) return { value: cutTitle(value, length), shown: undefined };
  if (isRelatedList(value)) return cutList(value, length);
  const json = JSON.stringify(value);
  return json.length <= length ? { value, shown: undefined } : cutText(json, length);
}

/** What is left of a value after its first `from` characters or items, counted as `shortenValue` counts them. */
export function restOfValue(value: unknown, from: number): unknown {
  if (typeof value === 'string') return value.slice(from).toWellFormed();
  if (typeof value !== 'object' || value === null || isReference(value)) return value;
  return isRelatedList(value) ? value.slice(from) : JSON.stringify(value).slice(from).toWellFormed();
}

function cutText(text: string, length: number): ShortValue {
  if (text.length <= length) return { value: text, shown: undefined };
  const end = isHighSurrogate(text.charCodeAt(length - 1)) ? length - 1 : length;
  return { value: text.slice(0, end), shown: end };
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function cutTitle(reference: Reference, length: number): Reference {
  if (reference.title.length <= length) return reference;
  return { ...reference, title: String(cutText(reference.title, length).value) };
}

function cutList(items: readonly (string | Reference)[], length: number): ShortValue {
  const kept: unknown[] = [];
  let used = 0;
  let isSame = true;
  for (const item of items) {
    const short = typeof item === 'string' ? item : cutTitle(item, length);
    used += JSON.stringify(short).length + 1;
    if (used > length && kept.length > 0) return { value: kept, shown: kept.length };
    isSame &&= short === item;
    kept.push(short);
  }
  return { value: isSame ? items : kept, shown: undefined };
}

interface Reference {
  readonly id: string;
  readonly title: string;
}

function isReference(value: unknown): value is Reference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'title' in value &&
    typeof value.id === 'string' &&
    typeof value.title === 'string' &&
    Object.keys(value).length === 2
  );
}

/** A list of references or of ids, none of which is long by itself. */
function isRelatedList(value: unknown): value is readonly (string | Reference)[] {
  return (
    Array.isArray(value) &&
    value.every(item => (typeof item === 'string' ? item.length <= longestId : isReference(item)))
  );
}

const longestId = 160;
