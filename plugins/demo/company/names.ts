import type { Place } from './places.ts';
import type { Random } from './random.ts';

/** First and family name as they are used at a place. */
export function personName(place: Place, random: Random): string {
  return `${random.pick(place.firstNames)} ${random.pick(place.lastNames)}`;
}

/** A company's name that nobody in `taken` bears yet; it is added there. */
export function companyName(input: { place: Place; city: string; taken: Set<string>; random: Random }): string {
  const { place, city, taken, random } = input;
  for (;;) {
    const name = random
      .pick(place.companies)
      .replace('{last}', random.pick(place.lastNames))
      .replace('{other}', random.pick(place.lastNames))
      .replace('{word}', random.pick(place.words))
      .replace('{city}', city);
    // Many a house bears the same name; the city tells them apart.
    const distinct = taken.has(name) ? `${name} ${city}` : name;
    if (!taken.has(distinct)) {
      taken.add(distinct);
      return distinct;
    }
  }
}

/** A name as it stands in an e-mail address: lower-case Latin letters and digits, the words joined by `separator`. */
export function plain(text: string, separator = ''): string {
  return text
    .replace(/ß/g, 'ss')
    .replace(/[øØ]/g, 'o')
    .replace(/[łŁ]/g, 'l')
    .replace(/[æÆ]/g, 'ae')
    .normalize('NFKD')
    .replace(/[\p{M}']/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(part => part !== '')
    .join(separator);
}
