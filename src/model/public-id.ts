/** 24 hex digits, lower case. */
const plainId = /^[0-9a-f]{24}$/;

/** The id of a record on the outside: `crm.partner/0123456789abcdef01234567`. */
export function formatPublicId(model: string, id: string): string {
  return `${model}/${id}`;
}

/** Takes a public id apart; undefined where it is none. Says nothing about whether the model or the record exists. */
export function parsePublicId(text: unknown): { model: string; id: string } | undefined {
  if (typeof text !== 'string') return undefined;
  const slash = text.indexOf('/');
  if (slash < 1) return undefined;
  const id = text.slice(slash + 1);
  return plainId.test(id) ? { model: text.slice(0, slash), id } : undefined;
}

/** The plain id that `value` names in `model`, given as `model/id` or as 24 hex digits; undefined where it is neither. */
export function plainIdIn(model: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (plainId.test(value)) return value;
  const parsed = parsePublicId(value);
  return parsed?.model === model ? parsed.id : undefined;
}
