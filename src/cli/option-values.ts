import { InvalidArgumentError } from 'commander';

/** The value of an option that is a whole number from 1 to `most`. */
export function wholeNumber({ most }: { most: number }): (text: string) => number {
  return text => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
  };
}

/** The values of an option that lists them, separated by commas. */
export function listed(text: string): string[] {
  return text.split(',').map(value => value.trim());
}

/** The values of an option that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
