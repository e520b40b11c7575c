/** How long to wait after so many failures in a row: doubling from `first` up to `longest`, both in ms. */
export interface BackOff {
  readonly first: number;
  readonly longest: number;
}

/**
 * ms to wait after the `failures`th failure in a row. The upper half of the wait is left to chance (`random`, from 0 to
 * below 1), so that what failed together does not come back together.
 */
export function waitAfter(input: BackOff & { failures: number; random: () => number }): number {
  const { failures, first, longest, random } = input;
  const whole = Math.min(longest, first * 2 ** Math.min(failures - 1, 40));
  return Math.round(whole / 2 + (whole / 2) * random());
}
