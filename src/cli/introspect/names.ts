import { systemFields } from '../../model/system-fields.ts';

/** The words of a name, in lower case: of `firstName`, `first_name` and `FirstName` alike. */
export function wordsIn(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
}

/** A field's name for a path, that none of `taken` has, in whatever case. */
export function fieldName(path: string, taken: ReadonlySet<string>): string {
  const plain = path
    .split('.')
    .join('_')
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .replace(/^[A-Z]+(?![a-z])|^[A-Z]/, start => start.toLowerCase())
    .slice(0, 55);
  const isUsable = plain !== '' && !systemFields.has(plain) && !(plain in Object.prototype) && plain !== 'prototype';
  return free(isUsable ? plain : `${plain}_value`.replace(/^_/, ''), taken, '_');
}

/** A model's name for a collection: `shop.order-items`. */
export function modelName(input: { prefix: string; collection: string; taken: ReadonlySet<string> }): string {
  return free(`${part(input.prefix).slice(0, 20)}.${part(input.collection).slice(0, 38)}`, input.taken, '-');
}

/** In lower case, with dashes between the words. */
function part(name: string): string {
  const words = wordsIn(name).join('-').slice(0, 60);
  return /^[a-z]/.test(words) ? words : `c-${words}`.replace(/-$/, '');
}

/** The constant in which a model is exported, another one than all of `taken`. */
export function constantName(model: string, taken: ReadonlySet<string>): string {
  const name = wordsIn(model.slice(model.indexOf('.') + 1))
    .map((word, index) => (index === 0 ? word : word[0]?.toUpperCase() + word.slice(1)))
    .join('');
  return free(`${name}Model`, taken, '');
}

/** For people: `Order item`, of a collection `orderItems`. */
export function labelOf(collection: string): string {
  const words = wordsIn(collection);
  const last = words.pop() ?? 'record';
  const text = [...words, singular(last)].join(' ');
  return (text[0]?.toUpperCase() ?? '') + text.slice(1);
}

/** English plurals, as far as a rule of thumb goes. */
export function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:sses|xes|ches|shes)$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && /[^siu]s$/.test(word) ? word.slice(0, -1) : word;
}

function free(name: string, taken: ReadonlySet<string>, separator: string): string {
  const lower = new Set(Array.from(taken, other => other.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}${separator}${number}`;
    if (!lower.has(candidate.toLowerCase())) return candidate;
  }
}
